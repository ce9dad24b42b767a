import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { ApiProxy } from '../kubernetes/api-proxy.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import { isReady, type LiveList, type LivePod, restartsOf } from '../kubernetes/live-objects.js';
import { problemOf } from '../kubernetes/pod-problem.js';
import { askPods, type PodAnswer } from '../kubernetes/pod-status.js';
import { podSelector } from '../kubernetes/resources/names.js';
import { connect, namespaceOf } from './cluster.js';
import { describePods, type PodReport } from './pod-table.js';

export interface StatusOptions {
  readonly json: boolean;
  /** Refresh the table until interrupted. */
  readonly watch: boolean;
  /** A line for each pod, however many there are. */
  readonly all: boolean;
}

/** The state of all pods at one moment. */
interface Sample {
  readonly at: number;
  readonly pods: readonly LivePod[];
  readonly answers: ReadonlyMap<string, PodAnswer>;
}

/** How long the list of a thousand pods may take. */
const LIST_MS = 60_000;

/** Shows version, readiness, queue, throughput and errors of each pod, as the pod itself reports them. */
export async function status(
  name: string,
  config: Config,
  { all, json, watch }: StatusOptions,
): Promise<number> {
  const kubectl = connect(config);
  const namespace = await namespaceOf(config, kubectl);
  const api = await ApiProxy.open(kubectl);
  try {
    let before = await takeSample(kubectl, api, namespace, name);
    do {
      // Throughput is the difference between two samples.
      await delay(watch ? 2000 : 1000);
      const now = await takeSample(kubectl, api, namespace, name);
      const found = report(now, before);
      const text = json ? `${JSON.stringify(found, null, 2)}\n` : describePods(found, all);
      if (watch && process.stdout.isTTY) process.stdout.write('\x1b[H\x1b[J');
      process.stdout.write(text);
      before = now;
    } while (watch);
  } finally {
    await api.close();
  }
  return 0;
}

async function takeSample(kubectl: Kubectl, api: ApiProxy, namespace: string, name: string): Promise<Sample> {
  const query = `labelSelector=${encodeURIComponent(podSelector(name))}`;
  const text = await api.get(`/api/v1/namespaces/${namespace}/pods?${query}`, LIST_MS);
  // kubectl explains why it may not.
  const get = ['get', 'pods', '-l', podSelector(name)];
  const { items } =
    text === undefined ? await kubectl.json<LiveList<LivePod>>(get) : (JSON.parse(text) as LiveList<LivePod>);
  if (items.length === 0) throw new PenstockError('not_deployed', `${name} has no pods.`);
  const pods = items.filter((pod) => pod.status?.phase !== 'Succeeded');
  const running = pods.filter((pod) => pod.status?.phase === 'Running');
  return { at: performance.now(), pods, answers: await askPods(kubectl, api, running) };
}

function report(now: Sample, before: Sample): PodReport[] {
  const seconds = (now.at - before.at) / 1000;
  return now.pods.map((pod) => {
    const { labels, name } = pod.metadata;
    const answer = now.answers.get(name);
    const earlier = before.answers.get(name);
    return {
      pod: name,
      version: labels?.['app.kubernetes.io/version'] ?? '',
      track: labels?.track ?? '',
      ready: isReady(pod),
      state: stateOf(pod),
      node: pod.spec?.nodeName,
      restarts: restartsOf(pod),
      workers: answer?.workers,
      running: answer?.running,
      queued: answer?.queued,
      requestsPerSecond:
        answer && earlier && Math.max(0, Math.round((answer.answered - earlier.answered) / seconds)),
      answered: answer?.answered,
      failed: answer?.failed,
    };
  });
}

function stateOf(pod: LivePod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'stopping';
  if (isReady(pod)) return 'serving';
  return problemOf(pod)?.reason ?? (pod.status?.phase === 'Running' ? 'starting' : 'waiting');
}
