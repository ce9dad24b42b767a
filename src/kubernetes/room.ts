import type { Kubectl } from './kubectl.js';
import type { LiveList, LivePod, ObjectMeta } from './live-objects.js';

interface LiveNode {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: { readonly allocatable?: Readonly<Record<string, string>> };
}

/** CPU in cores, memory in bytes. */
interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * What a pod requests and what the freest nodes have, for a pod that no node has room for. Empty if the user may not list
 * nodes and pods.
 */
export async function describeRoom(kubectl: Pick<Kubectl, 'run'>, waiting: LivePod): Promise<string> {
  const [nodes, pods] = await Promise.all([
    list<LiveNode>(kubectl, ['nodes']),
    list<LivePod>(kubectl, [
      ...['pods', '--all-namespaces'],
      '--field-selector=status.phase!=Succeeded,status.phase!=Failed',
    ]),
  ]);
  if (nodes === undefined || pods === undefined || nodes.length === 0) return '';
  const free = nodes.filter(({ spec }) => spec.unschedulable !== true).map((node) => freeOn(node, pods));
  const wanted = requestsOf(waiting);
  const most = (key: keyof Amounts): number => Math.max(0, ...free.map((amounts) => amounts[key]));
  return (
    `It requests ${cores(wanted.cpu)} CPU and ${mebibytes(wanted.memory)} of memory. ` +
    `The most that a node has free is ${cores(most('cpu'))} CPU, and ${mebibytes(most('memory'))}. ` +
    'Lower --cpu or --memory, or add a node.'
  );
}

async function list<T>(
  kubectl: Pick<Kubectl, 'run'>,
  what: readonly string[],
): Promise<readonly T[] | undefined> {
  const { ok, stdout } = await kubectl.run(['get', ...what, '--output', 'json']);
  return ok ? (JSON.parse(stdout) as LiveList<T>).items : undefined;
}

function freeOn({ metadata, status }: LiveNode, pods: readonly LivePod[]): Amounts {
  const used = pods.filter(({ spec }) => spec?.nodeName === metadata.name).map(requestsOf);
  const free = (key: keyof Amounts) =>
    used.reduce((left, amounts) => left - amounts[key], quantity(status.allocatable?.[key]));
  return { cpu: free('cpu'), memory: free('memory') };
}

function requestsOf({ spec }: LivePod): Amounts {
  const sum = (key: keyof Amounts) =>
    (spec?.containers ?? []).reduce((all, { resources }) => all + quantity(resources?.requests?.[key]), 0);
  return { cpu: sum('cpu'), memory: sum('memory') };
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity of Kubernetes, such as `500m` or `2Gi`. */
export function quantity(text = '0'): number {
  const [, number = '0', unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(text) ?? [];
  return Number(number) * (units[unit] ?? 1);
}

function cores(count: number): string {
  return String(Math.max(0, Math.round(100 * count) / 100));
}

function mebibytes(bytes: number): string {
  return `${Math.max(0, Math.floor(bytes / 2 ** 20))} MiB`;
}
