import { setTimeout as delay } from 'node:timers/promises';
import type { Kubectl } from './kubectl.js';
import type { ContainerStatus, LivePod } from './live-objects.js';

/** Why a pod does not become ready. */
export interface PodProblem {
  readonly pod: string;
  /** The init container that fails; undefined if it is another container. */
  readonly container?: string;
  readonly reason: string;
  /** Waiting will not help. */
  readonly final: boolean;
  /** The container has run, so there may be logs. */
  readonly ran: boolean;
  /** No node has room for it. */
  readonly unschedulable?: true;
}

/** Kubernetes reasons that usually do not resolve themselves. */
const knownReasons: Readonly<Record<string, string>> = {
  ErrImagePull: 'the image cannot be pulled',
  ImagePullBackOff: 'the image cannot be pulled',
  ErrImageNeverPull: 'the image is not on the node',
  InvalidImageName: "the image's name is not valid",
  CreateContainerConfigError: 'its configuration refers to a missing object',
  CreateContainerError: 'the container cannot be created',
  RunContainerError: 'the container cannot be run',
};

/** Why a pod is not ready; undefined if it is only starting. */
export function problemOf({ metadata: { name: pod }, status }: LivePod): PodProblem | undefined {
  for (const one of status?.initContainerStatuses ?? []) {
    const found = one.state?.terminated?.exitCode === 0 ? undefined : containerProblem(one);
    if (found === undefined) continue;
    return { pod, container: one.name, ...found, reason: `init container ${one.name}: ${found.reason}` };
  }
  for (const one of status?.containerStatuses ?? []) {
    const found = containerProblem(one);
    if (found !== undefined) return { pod, ...found };
  }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const reason = `no node can run it: ${scheduled.message ?? ''}`;
    return { pod, reason, final: false, ran: false, unschedulable: true };
  }
  return undefined;
}

function containerProblem({
  lastState,
  restartCount,
  state,
}: ContainerStatus): Pick<PodProblem, 'reason' | 'final' | 'ran'> | undefined {
  const { message, reason = '' } = state?.waiting ?? {};
  const known = knownReasons[reason];
  if (known !== undefined) {
    const why = message === undefined ? '' : `: ${message}`;
    // The registry may fail once. The kubelet retries, and reports ImagePullBackOff after the second failure.
    const final = reason !== 'ErrImagePull';
    return { reason: `${known} (${reason})${why}`, final, ran: false };
  }
  const ended = state?.terminated ?? lastState?.terminated;
  if (reason === 'CrashLoopBackOff' || (ended !== undefined && ended.exitCode !== 0)) {
    const how = ended === undefined ? '' : `: ${ended.reason ?? 'Error'}, exit code ${ended.exitCode}`;
    const cause = ended?.reason === 'OOMKilled' ? 'it exceeded its memory limit' : 'the container exited';
    return { reason: `${cause}${how}`, final: restartCount >= 2, ran: true };
  }
  if (restartCount < 2) return undefined;
  return { reason: 'its probes fail, so Kubernetes keeps restarting it', final: true, ran: true };
}

/** What the kubelet prints with exit code 0 if it has just replaced the container. */
const noLogs = /^unable to retrieve container logs\b/;

/** The end of the log before the container exited. If the app failed to load, this is R's message. */
export async function logTail(
  kubectl: Pick<Kubectl, 'run'>,
  { pod, container }: Pick<PodProblem, 'pod' | 'container'>,
  { lines = 20, pause = 1000 }: { readonly lines?: number; readonly pause?: number } = {},
): Promise<string> {
  const which = [pod, ...(container === undefined ? [] : ['--container', container])];
  for (let tries = 0; tries < 3; tries += 1) {
    if (tries > 0) await delay(pause);
    let replaced = false;
    for (const when of [['--previous'], []]) {
      const { ok, stdout } = await kubectl.run(['logs', ...which, `--tail=${lines}`, ...when]);
      replaced ||= noLogs.test(stdout);
      if (ok && stdout.trim() !== '' && !noLogs.test(stdout))
        return stdout.trimEnd().split('\n').map(readable).join('\n');
    }
    if (!replaced) break;
  }
  return '';
}

/** The message of a JSON log line; any other line unchanged. */
function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch {
    return line;
  }
}
