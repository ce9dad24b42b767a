import type { Kubectl } from './kubectl.js';
import type { LivePod } from './live-objects.js';

/** Why a pod does not come up. */
export interface PodTrouble {
  readonly pod: string;
  readonly reason: string;
  /** Waiting will not help. */
  readonly final: boolean;
  /** Whether its log may tell more: the container has run. */
  readonly ran: boolean;
}

/** Reasons that waiting hardly mends, by what Kubernetes calls them. */
const knownReasons: Readonly<Record<string, string>> = {
  ErrImagePull: 'the image cannot be pulled',
  ImagePullBackOff: 'the image cannot be pulled',
  ErrImageNeverPull: 'the image is not on the node',
  InvalidImageName: "the image's name is not valid",
  CreateContainerConfigError: 'its configuration names what is not there',
  CreateContainerError: 'the container cannot be created',
  RunContainerError: 'the container cannot be run',
};

/** What keeps a pod from being ready; undefined if nothing but time. */
export function troubleOf({ metadata: { name: pod }, status }: LivePod): PodTrouble | undefined {
  for (const { lastState, restartCount, state } of status?.containerStatuses ?? []) {
    const { message, reason = '' } = state?.waiting ?? {};
    const known = knownReasons[reason];
    if (known !== undefined) {
      const why = message === undefined ? '' : `: ${message}`;
      // A registry may have an off moment: the kubelet tries once more before it calls that backing off.
      const final = reason !== 'ErrImagePull';
      return { pod, reason: `${known} (${reason})${why}`, final, ran: false };
    }
    const ended = state?.terminated ?? lastState?.terminated;
    if (reason === 'CrashLoopBackOff' || (ended !== undefined && ended.exitCode !== 0)) {
      const how = ended === undefined ? '' : `: ${ended.reason ?? 'Error'}, exit code ${ended.exitCode}`;
      const reasonOfEnd = ended?.reason === 'OOMKilled' ? 'it took more memory than it may' : 'it ends';
      return { pod, reason: `${reasonOfEnd}${how}`, final: restartCount >= 2, ran: true };
    }
    if (restartCount >= 2) {
      return { pod, reason: 'its probes fail, so it is started again and again', final: true, ran: true };
    }
  }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { pod, reason: `no node has room for it: ${scheduled.message ?? ''}`, final: false, ran: false };
  }
  return undefined;
}

/** The end of what a pod printed before it ended: R's message, when the app could not be loaded. */
export async function lastWords(kubectl: Kubectl, pod: string, lines = 20): Promise<string> {
  for (const which of [['--previous'], []]) {
    const { ok, stdout } = await kubectl.run(['logs', pod, `--tail=${lines}`, ...which]);
    if (ok && stdout.trim() !== '') return stdout.trimEnd().split('\n').map(readable).join('\n');
  }
  return '';
}

/** The message of a log line of ours; any other line as it is. */
function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch {
    return line;
  }
}
