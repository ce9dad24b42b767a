import { setTimeout as delay } from 'node:timers/promises';
import { rollback } from '../../src/commands/rollback.js';
import { scale } from '../../src/commands/scale.js';
import { PenstockError } from '../../src/errors.js';
import { applyValues, handOverReplicas } from '../../src/kubernetes/apply.js';
import type { LiveAutoscaler, LiveList, LivePod } from '../../src/kubernetes/live-objects.js';
import { watchRollout } from '../../src/kubernetes/rollout.js';
import type { Load } from './load.js';
import {
  configOf,
  deploymentOf,
  nodesOf,
  patience,
  readyPods,
  Skip,
  schedulableNodes,
  underLoad,
  type Verification,
  valuesOf,
} from './verification.js';

/** Some hundred requests a second, until told to end. */
const steady: Load = { seconds: 420, connections: 4, pause: 25 };

export function restartUnderLoad(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  return underLoad(verification, steady, async () => {
    const began = performance.now();
    await kubectl.must(['rollout', 'restart', `deployment/${name}`]);
    await watchRollout(kubectl, name, { timeout: patience });
    await oldPodsGone(verification);
    return `the restart took ${Math.round((performance.now() - began) / 1000)} s`;
  });
}

/** A pod that was replaced serves on for some seconds: those belong to what is shown. */
async function oldPodsGone({ kubectl, name }: Verification): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const get = ['get', 'pods', '-l', `app.kubernetes.io/name=${name}`];
    const { items } = await kubectl.json<LiveList<LivePod>>(get);
    const going = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (going.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`${going.map(({ metadata }) => metadata.name).join(', ')} would not go.`);
    await delay(1000);
  }
}

export function drainUnderLoad(verification: Verification): Promise<string> {
  const { cordoned, kubectl, name } = verification;
  return underLoad(verification, steady, async (client) => {
    const nodes = await schedulableNodes(kubectl);
    const taken = nodesOf(await readyPods(verification));
    const node = nodes.find((one) => one !== client.node && taken.has(one));
    if (node === undefined || nodes.length < 2)
      throw new Skip(
        'there is no second node with a pod of the app, besides the one that the requests come from',
      );
    cordoned.add(node);
    try {
      const only = [`--pod-selector=app.kubernetes.io/name=${name}`, '--ignore-daemonsets'];
      await kubectl.must(['drain', node, ...only, '--delete-emptydir-data', '--timeout=240s']);
      await watchRollout(kubectl, name, { timeout: patience });
      const left = (await readyPods(verification)).filter(({ spec }) => spec?.nodeName === node);
      if (left.length > 0) throw new Error(`${left.length} pods are still on ${node}.`);
    } finally {
      await kubectl.must(['uncordon', node]);
      cordoned.delete(node);
    }
    await oldPodsGone(verification);
    return `${node} was drained, and takes pods again`;
  });
}

export async function breakAndRollBack(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const values = await valuesOf(verification, '3');
  return underLoad(verification, { ...steady, connections: 2 }, async () => {
    // A version whose configuration is wrong ends as one whose R code is: at once, and with a message.
    const env = [{ name: 'PENSTOCK_QUEUE_LIMIT', value: 'broken-on-purpose' }];
    await applyValues(kubectl, { ...values, version: 'broken', env });
    const failure = await watchRollout(kubectl, name, { timeout: patience }).then(
      () => new Error('The broken version came up.'),
      (error: unknown) => error,
    );
    if (!(failure instanceof PenstockError) || failure.code !== 'rollout_failed') throw failure;
    if (!failure.message.includes('broken-on-purpose'))
      throw new Error(`The reason was not told: ${failure.message}`);
    await rollback(name, configOf(verification, '3'), { revision: undefined, timeout: patience });
    const { labels } = (await deploymentOf(verification)).spec.template.metadata;
    const version = labels?.['app.kubernetes.io/version'];
    if (version !== values.version) throw new Error(`It serves version ${version} after the rollback.`);
    return 'the reason was told, and the rollback took';
  });
}

export async function autoscale(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const metrics = await kubectl.run(['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes']);
  if (!metrics.ok || !metrics.stdout.includes('"usage"'))
    throw new Skip('the cluster has no metrics server that tells of its nodes');
  const values = await valuesOf(verification, '2..5');
  const live = await deploymentOf(verification);
  const before = live.spec.replicas ?? 1;
  await handOverReplicas(kubectl, live);
  await applyValues(kubectl, { ...values, autoscaling: { ...values.autoscaling, cpu: 50 } });
  const kept = (await deploymentOf(verification)).spec.replicas ?? 1;
  if (kept < before) throw new Error(`Handing over to the autoscaler left ${kept} of ${before} pods.`);
  await watchRollout(kubectl, name, { timeout: patience });
  const busy: Load = { seconds: 360, connections: 8, pause: 0, keepAlive: true };
  const seen = await underLoad(verification, busy, async () => {
    const began = performance.now();
    for (;;) {
      const pods = (await deploymentOf(verification)).spec.replicas ?? 0;
      const seconds = Math.round((performance.now() - began) / 1000);
      if (pods > before) return `from ${before} to ${pods} pods after ${seconds} s`;
      if (seconds > 300) throw new Error(await stillWaiting(verification, pods, seconds));
      await delay(5000);
    }
  });
  await scale(name, configOf(verification, '2..5'), { min: 2, max: 3, timeout: patience });
  const { spec } = (await kubectl.find<LiveAutoscaler>('horizontalpodautoscaler', name))!;
  if (spec.minReplicas !== 2 || spec.maxReplicas !== 3)
    throw new Error(`Its bounds are ${JSON.stringify(spec)}.`);
  return `${seen}; bounds moved to 2 to 3`;
}

/** With what the autoscaler itself has to say. */
async function stillWaiting({ kubectl, name }: Verification, pods: number, seconds: number): Promise<string> {
  const get = ['get', 'horizontalpodautoscaler', name, '--output', 'jsonpath={.status}'];
  const { stdout } = await kubectl.run(get);
  return `Still ${pods} pods after ${seconds} s of load. Its status: ${stdout}`;
}
