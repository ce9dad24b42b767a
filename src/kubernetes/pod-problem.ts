import { setTimeout as delay } from 'node:timers/promises';
import type { Kubectl } from './kubectl.js';
import type { LivePod } from './live-objects.js';

/** Why a pod does not become ready. */
export interface PodProblem {
  readonly pod: string;
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
  for (const { lastState, restartCount, state } of status?.containerStatuses ?? []) {
    const { message, reason = '' } = state?.waiting ?? {};
    const known = knownReasons[reason];
    if (known !== undefined) {
      const why = message === undefined ? '' : `: ${message}`;
      // The registry may fail once. The kubelet retries, and reports ImagePullBackOff after the second failure.
      const final = reason !== 'ErrImagePull';
      return { pod, reason: `${known} (${reason})${why}`, final, ran: false };
    }
    const ended = state?.terminated ?? lastState?.terminated;
    if (reason === 'CrashLoopBackOff' || (ended !== undefined && ended.exitCode !== 0)) {
      const how = ended === undefined ? '' : `: ${ended.reason ?? 'Error'}, exit code ${ended.exitCode}`;
      const cause = ended?.reason === 'OOMKilled' ? 'it exceeded its memory limit' : 'the container exited';
      return { pod, reason: `${cause}${how}`, final: restartCount >= 2, ran: true };
    }
    if (restartCount >= 2) {
      return { pod, reason: 'its probes fail, so Kubernetes keeps restarting it', final: true, ran: true };
    }
  }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const reason = `no node can run it: ${scheduled.message ?? ''}`;
    return { pod, reason, final: false, ran: false, unschedulable: true };
  }
  return undefined;
}

/** What the kubelet prints with exit code 0 if it has just replaced the container. */
const noLogs = /^unable to retrieve container logs\b/;

/** The end of the log before the container exited. If the app failed to load, this is R's message. */
export async function logTail(
  kubectl: Pick<Kubectl, 'run'>,
  pod: string,
  { lines = 20, pause = 1000 }: { readonly lines?: number; readonly pause?: number } = {},
): Promise<string> {
  for (let tries = 0; tries < 3; tries += 1) {
    if (tries > 0) await delay(pause);
    let replaced = false;
    for (const which of [['--previous'], []]) {
      const { ok, stdout } = await kubectl.run(['logs', pod, `--tail=${lines}`, ...which]);
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
