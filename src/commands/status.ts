import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import { isReady, type LiveList, type LivePod } from '../kubernetes/live-objects.js';
import { problemOf } from '../kubernetes/pod-problem.js';
import { askPod, type PodAnswer } from '../kubernetes/pod-status.js';
import { connect } from './cluster.js';
import { table } from './table.js';

export interface StatusOptions {
  readonly json: boolean;
  /** Refresh the table until interrupted. */
  readonly watch: boolean;
}

/** The state of all pods at one moment. */
interface Sample {
  readonly at: number;
  readonly pods: readonly LivePod[];
  readonly answers: ReadonlyMap<string, PodAnswer>;
}

/** Shows version, readiness, queue, throughput and errors of each pod, as the pod itself reports them. */
export async function status(name: string, config: Config, { json, watch }: StatusOptions): Promise<number> {
  const kubectl = connect(config);
  let before = await takeSample(kubectl, name);
  do {
    // Throughput is the difference between two samples.
    await delay(watch ? 2000 : 1000);
    const now = await takeSample(kubectl, name);
    const text = json ? `${JSON.stringify(report(now, before), null, 2)}\n` : describe(report(now, before));
    if (watch && process.stdout.isTTY) process.stdout.write('\x1b[H\x1b[J');
    process.stdout.write(text);
    before = now;
  } while (watch);
  return 0;
}

async function takeSample(kubectl: Kubectl, name: string): Promise<Sample> {
  const get = ['get', 'pods', '-l', `app.kubernetes.io/name=${name}`];
  const { items } = await kubectl.json<LiveList<LivePod>>(get);
  if (items.length === 0) throw new PenstockError('not_deployed', `${name} has no pods.`);
  const pods = items.filter(({ status }) => status?.phase !== 'Succeeded');
  const running = pods.filter(({ status }) => status?.phase === 'Running');
  const asked = await Promise.all(
    running.map(async (pod) => [pod.metadata.name, await askPod(kubectl, pod)] as const),
  );
  const answers = new Map(asked.filter((pair): pair is [string, PodAnswer] => pair[1] !== undefined));
  return { at: performance.now(), pods, answers };
}

interface PodReport {
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

function report(now: Sample, before: Sample): PodReport[] {
  const seconds = (now.at - before.at) / 1000;
  return now.pods.map((pod) => {
    const { deletionTimestamp, labels, name } = pod.metadata;
    const answer = now.answers.get(name);
    const earlier = before.answers.get(name);
    const state = deletionTimestamp === undefined ? answer?.status.state : 'stopping';
    return {
      pod: name,
      version: labels?.['app.kubernetes.io/version'] ?? '',
      track: labels?.track ?? '',
      ready: isReady(pod),
      state: state ?? problemOf(pod)?.reason ?? pod.status?.phase ?? 'unknown',
      node: pod.spec?.nodeName,
      restarts: pod.status?.containerStatuses?.[0]?.restartCount ?? 0,
      workers: answer?.status.workers.length,
      running: answer?.status.running,
      queued: answer?.status.queued,
      requestsPerSecond:
        answer && earlier && Math.max(0, Math.round((answer.answered - earlier.answered) / seconds)),
      answered: answer?.answered,
      failed: answer?.failed,
    };
  });
}

function describe(pods: readonly PodReport[]): string {
  const head = [
    'POD',
    'VERSION',
    'READY',
    'STATE',
    'WORKERS',
    'RUNNING',
    'QUEUED',
    'REQ/S',
    'ANSWERED',
    '5XX',
    'RESTARTS',
    'NODE',
  ];
  const rows = pods.map((pod) => [
    pod.pod,
    pod.track === 'canary' ? `${pod.version} (canary)` : pod.version,
    pod.ready ? 'yes' : 'no',
    pod.state,
    ...[pod.workers, pod.running, pod.queued, pod.requestsPerSecond, pod.answered, pod.failed].map(shown),
    String(pod.restarts),
    pod.node ?? '-',
  ]);
  const ready = pods.filter((pod) => pod.ready).length;
  const sum = (pick: (pod: PodReport) => number | undefined) =>
    pods.reduce((all, pod) => all + (pick(pod) ?? 0), 0);
  const total = `${ready} of ${pods.length} pods ready, ${sum((pod) => pod.requestsPerSecond)} requests/s, ${sum((pod) => pod.queued)} queued\n`;
  return `${table([head, ...rows])}${total}`;
}

function shown(count: number | undefined): string {
  return count === undefined ? '-' : String(count);
}
