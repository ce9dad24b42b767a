import { setTimeout as delay } from 'node:timers/promises';
import { rollback } from '../../src/commands/rollback.js';
import { scale } from '../../src/commands/scale.js';
import { PenstockError } from '../../src/errors.js';
import { handOverReplicas } from '../../src/kubernetes/apply.js';
import type { LiveAutoscaler, LiveList, LivePod } from '../../src/kubernetes/live-objects.js';
import { watchRollout } from '../../src/kubernetes/rollout.js';
import type { Load } from './load.js';
import {
  applyValues,
  configOf,
  deploymentOf,
  nodesOf,
  ROLLOUT_TIMEOUT_MS,
  readyPods,
  Skip,
  schedulableNodes,
  underLoad,
  type Verification,
  valuesOf,
} from './verification.js';

/** A few hundred requests per second until stopped, on new connections and on kept ones, and two that take five seconds. */
const steady: readonly Load[] = [
  { seconds: 420, connections: 4, pause: 25, sleepers: 2 },
  { seconds: 420, connections: 4, pause: 25, keepAlive: true },
];

export function restartUnderLoad(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  return underLoad(verification, steady, async () => {
    const began = performance.now();
    await kubectl.must(['rollout', 'restart', `deployment/${name}`]);
    await watchRollout(kubectl, name, { timeout: ROLLOUT_TIMEOUT_MS });
    await oldPodsGone(verification);
    return `the restart took ${Math.round((performance.now() - began) / 1000)} s`;
  });
}

/** Replaced pods serve for some more seconds, which are part of the check. */
async function oldPodsGone({ kubectl, name }: Verification): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const get = ['get', 'pods', '-l', `app.kubernetes.io/name=${name}`];
    const { items } = await kubectl.json<LiveList<LivePod>>(get);
    const terminating = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (terminating.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`${terminating.map(({ metadata }) => metadata.name).join(', ')} did not terminate.`);
    await delay(1000);
  }
}

export function drainUnderLoad(verification: Verification): Promise<string> {
  const { cordoned, kubectl, name } = verification;
  return underLoad(verification, steady, async (clients) => {
    const nodes = await schedulableNodes(kubectl);
    const used = nodesOf(await readyPods(verification));
    const node = nodes.find((one) => used.has(one) && clients.every((client) => client.node !== one));
    if (node === undefined || nodes.length < 2)
      throw new Skip('no node except that of the client has a pod of the app');
    cordoned.add(node);
    try {
      const only = [`--pod-selector=app.kubernetes.io/name=${name}`, '--ignore-daemonsets'];
      await kubectl.must(['drain', node, ...only, '--delete-emptydir-data', '--timeout=240s']);
      await watchRollout(kubectl, name, { timeout: ROLLOUT_TIMEOUT_MS });
      const left = (await readyPods(verification)).filter(({ spec }) => spec?.nodeName === node);
      if (left.length > 0) throw new Error(`${left.length} pods are still on ${node}.`);
    } finally {
      await kubectl.must(['uncordon', node]);
      cordoned.delete(node);
    }
    await oldPodsGone(verification);
    return `drained and uncordoned ${node}`;
  });
}

/** Pods that stop because there are too many finish their requests too. */
export function scaleUnderLoad(verification: Verification): Promise<string> {
  return underLoad(verification, steady, async () => {
    for (const count of [5, 3]) {
      const bounds = { min: count, max: count, timeout: ROLLOUT_TIMEOUT_MS };
      await scale(verification.name, configOf(verification, '3'), bounds);
    }
    await oldPodsGone(verification);
    return '5 pods, then 3';
  });
}

export async function breakAndRollBack(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const values = await valuesOf(verification, '3');
  return underLoad(verification, steady.slice(0, 1), async () => {
    // Invalid configuration has the same effect as faulty R code: the container exits at once, with a message.
    const env = [{ name: 'PENSTOCK_QUEUE_LIMIT', value: 'broken-on-purpose' }];
    await applyValues(verification, { ...values, version: 'broken', env });
    const failure = await watchRollout(kubectl, name, { timeout: ROLLOUT_TIMEOUT_MS }).then(
      () => new Error('The broken version became ready.'),
      (error: unknown) => error,
    );
    if (!(failure instanceof PenstockError) || failure.code !== 'rollout_failed') throw failure;
    if (!failure.message.includes('broken-on-purpose'))
      throw new Error(`The message does not contain the reason: ${failure.message}`);
    await rollback(name, configOf(verification, '3'), { revision: undefined, timeout: ROLLOUT_TIMEOUT_MS });
    const { labels } = (await deploymentOf(verification)).spec.template.metadata;
    const version = labels?.['app.kubernetes.io/version'];
    if (version !== values.version) throw new Error(`The version after the rollback is ${version}.`);
    return 'reported the reason, and rolled back';
  });
}

export async function autoscale(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const metrics = await kubectl.run(['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes']);
  if (!metrics.ok || !metrics.stdout.includes('"usage"'))
    throw new Skip('the cluster has no metrics server with metrics of its nodes');
  const values = await valuesOf(verification, '2..5');
  const live = await deploymentOf(verification);
  const before = live.spec.replicas ?? 1;
  await handOverReplicas(kubectl, live);
  await applyValues(verification, { ...values, autoscaling: { ...values.autoscaling, cpu: '50m' } });
  const kept = (await deploymentOf(verification)).spec.replicas ?? 1;
  if (kept < before) throw new Error(`The handover to the autoscaler reduced ${before} pods to ${kept}.`);
  await watchRollout(kubectl, name, { timeout: ROLLOUT_TIMEOUT_MS });
  const busy: Load = { seconds: 360, connections: 8, pause: 0, keepAlive: true };
  const seen = await underLoad(verification, [busy], async () => {
    const began = performance.now();
    for (;;) {
      const pods = (await deploymentOf(verification)).spec.replicas ?? 0;
      const seconds = Math.round((performance.now() - began) / 1000);
      if (pods > before) return `from ${before} to ${pods} pods after ${seconds} s`;
      if (seconds > 300) throw new Error(await describeAutoscaler(verification, pods, seconds));
      await delay(5000);
    }
  });
  await scale(name, configOf(verification, '2..5'), { min: 2, max: 3, timeout: ROLLOUT_TIMEOUT_MS });
  const { spec } = (await kubectl.find<LiveAutoscaler>('horizontalpodautoscaler', name))!;
  if (spec.minReplicas !== 2 || spec.maxReplicas !== 3)
    throw new Error(`The bounds of the autoscaler are ${JSON.stringify(spec)}.`);
  return `${seen}; then set the bounds to 2 to 3`;
}

async function describeAutoscaler(
  { kubectl, name }: Verification,
  pods: number,
  seconds: number,
): Promise<string> {
  const get = ['get', 'horizontalpodautoscaler', name, '--output', 'jsonpath={.status}'];
  const { stdout } = await kubectl.run(get);
  return `Still ${pods} pods after ${seconds} s of load. Status of the autoscaler: ${stdout}`;
}
