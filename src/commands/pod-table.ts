import { table } from './table.js';

/** What is known about a pod. The numbers are undefined if it does not answer. */
export interface PodReport {
  readonly pod: string;
  readonly version: string;
  readonly track: string;
  readonly ready: boolean;
  readonly state: string;
  readonly node: string | undefined;
  readonly restarts: number;
  readonly workers: number | undefined;
  readonly running: number | undefined;
  readonly queued: number | undefined;
  readonly requestsPerSecond: number | undefined;
  readonly answered: number | undefined;
  readonly failed: number | undefined;
}

/** More pods than this are summed up. */
const SHOWN_PODS = 50;

const numbers = ['workers', 'running', 'queued', 'requestsPerSecond', 'answered', 'failed'] as const;
const numberHeads = ['WORKERS', 'RUNNING', 'QUEUED', 'REQ/S', 'ANSWERED', '5XX', 'RESTARTS'];

/** A table with a line for each pod or, if there are many, for each version and state, and the totals. */
export function describePods(pods: readonly PodReport[], all: boolean): string {
  const ready = pods.filter((pod) => pod.ready).length;
  const total = `${ready} of ${pods.length} pods ready, ${sum(pods, 'requestsPerSecond')} requests/s, ${sum(pods, 'queued')} queued\n`;
  return `${all || pods.length <= SHOWN_PODS ? eachPod(pods) : eachGroup(pods)}${total}`;
}

function eachPod(pods: readonly PodReport[]): string {
  const rows = pods.map((pod) => [
    pod.pod,
    versionOf(pod),
    pod.ready ? 'yes' : 'no',
    pod.state,
    ...numbers.map((key) => (pod[key] === undefined ? '-' : String(pod[key]))),
    String(pod.restarts),
    pod.node ?? '-',
  ]);
  return table([['POD', 'VERSION', 'READY', 'STATE', ...numberHeads, 'NODE'], ...rows]);
}

function eachGroup(pods: readonly PodReport[]): string {
  const groups = groupBy(pods, (pod) => JSON.stringify([versionOf(pod), pod.state]));
  const rows = [...groups].map(([key, members]) => {
    const [version, state] = JSON.parse(key) as [string, string];
    const restarts = members.reduce((count, pod) => count + pod.restarts, 0);
    const counts = [members.length, new Set(members.map((pod) => pod.node)).size];
    const values = [...counts, ...numbers.map((number) => sum(members, number)), restarts];
    return [version, state, ...values.map(String)];
  });
  return table([['VERSION', 'STATE', 'PODS', 'NODES', ...numberHeads], ...rows]);
}

function versionOf({ track, version }: PodReport): string {
  return track === 'canary' ? `${version} (canary)` : version;
}

function sum(pods: readonly PodReport[], key: (typeof numbers)[number]): number {
  return pods.reduce((count, pod) => count + (pod[key] ?? 0), 0);
}

function groupBy(pods: readonly PodReport[], key: (pod: PodReport) => string): Map<string, PodReport[]> {
  const groups = new Map<string, PodReport[]>();
  for (const pod of pods) groups.set(key(pod), [...(groups.get(key(pod)) ?? []), pod]);
  return groups;
}
