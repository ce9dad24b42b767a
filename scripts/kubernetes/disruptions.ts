import { setTimeout as delay } from 'node:timers/promises';
import { rollback } from '../../src/commands/rollback.js';
import { scale } from '../../src/commands/scale.js';
import { PenstockError } from '../../src/errors.js';
import { handOverReplicas } from '../../src/kubernetes/apply.js';
import type { LiveAutoscaler, LiveList, LivePod } from '../../src/kubernetes/live-objects.js';
import { watchRollout } from '../../src/kubernetes/rollout.js';
import type { Values } from '../../src/kubernetes/values.js';
import type { Load } from './load.js';
import {
  applyValues,
  configOf,
  deploymentOf,
  nodeToDisturb,
  readyPods,
  rolloutTimeout,
  Skip,
  underLoad,
  type Verification,
  valuesOf,
  withMarkedNode,
} from './verification.js';

/** A few hundred requests per second until stopped, on new connections and on kept ones, and two that take five seconds. */
export const steady: readonly Load[] = [
  { seconds: 420, connections: 4, pause: 25, sleepers: 2 },
  { seconds: 420, connections: 4, pause: 25, keepAlive: true },
];

export function restartUnderLoad(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  return underLoad(verification, steady, async () => {
    const began = performance.now();
    await kubectl.must(['rollout', 'restart', `deployment/${name}`]);
    await watchRollout(kubectl, name, { timeout: rolloutTimeout(verification) });
    await oldPodsGone(verification);
    return `the restart took ${Math.round((performance.now() - began) / 1000)} s`;
  });
}

/** Replaced pods serve for some more seconds, which are part of the check. */
async function oldPodsGone({ kubectl, name, patience }: Verification): Promise<void> {
  const deadline = performance.now() + 120_000 * patience;
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
  const { kubectl, name, patience } = verification;
  return underLoad(verification, steady, async (clients) => {
    const node = await nodeToDisturb(verification, clients);
    const only = [`--pod-selector=app.kubernetes.io/name=${name}`, '--ignore-daemonsets'];
    const drain = ['drain', node, ...only, '--delete-emptydir-data', `--timeout=${240 * patience}s`];
    const act = async () => {
      await kubectl.must(drain);
      await watchRollout(kubectl, name, { timeout: rolloutTimeout(verification) });
      const left = (await readyPods(verification)).filter(({ spec }) => spec?.nodeName === node);
      if (left.length > 0) throw new Error(`${left.length} pods are still on ${node}.`);
    };
    await withMarkedNode(verification, node, act, () => kubectl.must(['uncordon', node]));
    await oldPodsGone(verification);
    return `drained and uncordoned ${node}`;
  });
}

/** Pods that stop because there are too many finish their requests too. */
export function scaleUnderLoad(verification: Verification): Promise<string> {
  return underLoad(verification, steady, async () => {
    for (const count of [5, 3]) {
      const bounds = { min: count, max: count, timeout: rolloutTimeout(verification) };
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
    const failure = await watchRollout(kubectl, name, { timeout: rolloutTimeout(verification) }).then(
      () => new Error('The broken version became ready.'),
      (error: unknown) => error,
    );
    if (!(failure instanceof PenstockError) || failure.code !== 'rollout_failed') throw failure;
    if (!failure.message.includes('broken-on-purpose'))
      throw new Error(`The message does not contain the reason: ${failure.message}`);
    await rollback(name, configOf(verification, '3'), {
      revision: undefined,
      timeout: rolloutTimeout(verification),
    });
    const { labels } = (await deploymentOf(verification)).spec.template.metadata;
    const version = labels?.['app.kubernetes.io/version'];
    if (version !== values.version) throw new Error(`The version after the rollback is ${version}.`);
    return 'reported the reason, and rolled back';
  });
}

/** Needs no metrics: an autoscaler applies its bounds without them. */
export async function handOverToAutoscaler(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const live = await deploymentOf(verification);
  const before = live.spec.replicas ?? 1;
  await handOverReplicas(kubectl, live);
  await applyValues(verification, await autoscaledValues(verification));
  const kept = (await deploymentOf(verification)).spec.replicas ?? 1;
  if (kept < before) throw new Error(`The handover to the autoscaler reduced ${before} pods to ${kept}.`);
  const min = before + 1;
  const timeout = rolloutTimeout(verification);
  await scale(name, configOf(verification, '2..5'), { min, max: min + 2, timeout });
  const pods = (await readyPods(verification)).length;
  if (pods < min) throw new Error(`${pods} pods are ready, although the minimum is ${min}.`);
  const { spec } = (await kubectl.find<LiveAutoscaler>('horizontalpodautoscaler', name))!;
  if (spec.minReplicas !== min || spec.maxReplicas !== min + 2)
    throw new Error(`The bounds of the autoscaler are ${JSON.stringify(spec)}.`);
  return `kept ${before} pods; the bounds ${min} to ${min + 2} brought ${pods}`;
}

async function autoscaledValues(verification: Verification): Promise<Values> {
  const values = await valuesOf(verification, '2..5');
  return { ...values, autoscaling: { ...values.autoscaling, cpu: '50m' } };
}

export async function autoscale(verification: Verification): Promise<string> {
  const { kubectl, name, patience } = verification;
  const metrics = await kubectl.run(['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes']);
  if (!metrics.ok || !metrics.stdout.includes('"usage"'))
    throw new Skip('the cluster has no metrics server with metrics of its nodes');
  await handOverReplicas(kubectl, await deploymentOf(verification));
  await applyValues(verification, await autoscaledValues(verification));
  await watchRollout(kubectl, name, { timeout: rolloutTimeout(verification) });
  const before = (await deploymentOf(verification)).spec.replicas ?? 1;
  const busy: Load = { seconds: 360, connections: 8, pause: 0, keepAlive: true };
  return underLoad(verification, [busy], async () => {
    const began = performance.now();
    for (;;) {
      const pods = (await deploymentOf(verification)).spec.replicas ?? 0;
      const seconds = Math.round((performance.now() - began) / 1000);
      if (pods > before) return `from ${before} to ${pods} pods after ${seconds} s`;
      if (seconds > 300 * patience) throw new Error(await describeAutoscaler(verification, pods, seconds));
      await delay(5000);
    }
  });
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
