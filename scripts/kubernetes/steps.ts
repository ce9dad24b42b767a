import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findApp } from '../../src/app/find-app.js';
import { remove } from '../../src/commands/delete.js';
import { deploy } from '../../src/commands/deploy.js';
import { rollback } from '../../src/commands/rollback.js';
import { scale } from '../../src/commands/scale.js';
import { type Config, loadConfig } from '../../src/config/load.js';
import { PenstockError } from '../../src/errors.js';
import { planDeployment } from '../../src/kubernetes/app-values.js';
import { applyValues, handOverReplicas, madeObjects } from '../../src/kubernetes/apply.js';
import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import {
  isReady,
  type LiveAutoscaler,
  type LiveDeployment,
  type LiveList,
  type LivePod,
} from '../../src/kubernetes/live-objects.js';
import { askPod } from '../../src/kubernetes/pod-status.js';
import { podsOf, watchRollout } from '../../src/kubernetes/rollout.js';
import type { Values } from '../../src/kubernetes/values.js';
import { type Load, type LoadResult, type RunningLoad, startLoad } from './load.js';

/** What every step works with. */
export interface Verification {
  readonly image: string;
  readonly namespace: string;
  /** Of the Deployment. */
  readonly name: string;
  readonly program: string;
  readonly context: string | undefined;
  readonly kubectl: Kubectl;
}

interface Step {
  readonly name: string;
  /** Nothing after it makes sense if it fails. */
  readonly essential?: boolean;
  /** What was seen; an error if it was not what it must be. */
  readonly run: (verification: Verification) => Promise<string>;
}

/** A step that this cluster cannot show. */
export class Skip extends Error {}

const patience = 300_000;
const app = findApp(join(import.meta.dirname, '../../examples/mtcars'));

export const verificationSteps: readonly Step[] = [
  { name: 'The cluster answers, and is new enough', essential: true, run: checkCluster },
  { name: 'A namespace with the restricted pod security standard', essential: true, run: makeNamespace },
  { name: 'Strict validation by the server, of what plain clusters have', run: validate },
  { name: 'penstock deploy: two pods', essential: true, run: deployApp },
  { name: "The seed's requests; a sleeping one blocks nobody", run: seedRequests },
  { name: 'Each pod tells its status and version', run: checkStatus },
  { name: 'penstock scale: three pods', run: scaleUp },
  { name: 'A restart under load loses nothing', run: restartUnderLoad },
  { name: 'A node drain under load loses nothing', run: drainUnderLoad },
  { name: 'A broken version is refused, and the old one serves on', run: breakAndRollBack },
  { name: 'A canary beside it, and gone again', run: canary },
  { name: 'The autoscaler adds pods under load, and penstock scale moves its bounds', run: autoscale },
  { name: 'penstock delete leaves nothing', run: removeAll },
];

async function checkCluster({ kubectl }: Verification): Promise<string> {
  const { serverVersion } = await kubectl.json<{ serverVersion: { gitVersion: string; minor: string } }>([
    'version',
  ]);
  if (Number.parseInt(serverVersion.minor, 10) < 30)
    throw new Error(`${serverVersion.gitVersion} is older than 1.30.`);
  return `${serverVersion.gitVersion}, ${(await schedulableNodes(kubectl)).length} nodes that take pods`;
}

interface LiveNode {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

async function schedulableNodes(kubectl: Kubectl): Promise<string[]> {
  const { items } = await kubectl.json<LiveList<LiveNode>>(['get', 'nodes']);
  return items
    .filter(({ spec, status }) => {
      const ready = status.conditions.some(({ status, type }) => type === 'Ready' && status === 'True');
      const tainted = spec.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
      return ready && !tainted && spec.unschedulable !== true;
    })
    .map(({ metadata }) => metadata.name);
}

async function makeNamespace({ kubectl, namespace }: Verification): Promise<string> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(object));
  return namespace;
}

/** Small pods: the check must fit beside what the cluster does. */
function configOf({ context, image, name, namespace, program }: Verification, pods: string): Config {
  return loadConfig({
    flags: {
      name,
      image,
      namespace,
      pods,
      memory: '512mb',
      cpu: '100m',
      workers: '2',
      kubectl: program,
      ...(context !== undefined && { context }),
    },
    env: {},
    cwd: app.directory,
  });
}

async function valuesOf(verification: Verification, pods: string): Promise<Values> {
  return (await planDeployment(app, configOf(verification, pods))).values;
}

async function validate(verification: Verification): Promise<string> {
  const fixed = await valuesOf(verification, '2');
  const scaled = await valuesOf(verification, '2..5');
  const sets: Values[] = [
    fixed,
    scaled,
    { ...scaled, networkPolicy: { ...scaled.networkPolicy, enabled: true } },
    {
      ...fixed,
      session: { ...fixed.session, secret: 'key' },
      service: { ...fixed.service, type: 'NodePort' },
    },
    { ...fixed, canary: { ...fixed.canary, enabled: true, image: fixed.image, version: 'other' } },
  ];
  let objects = 0;
  for (const values of sets) {
    const said = await applyValues(verification.kubectl, values, true);
    objects += said.trim().split('\n').length;
  }
  return `${objects} objects of ${sets.length} sets taken`;
}

async function deployApp(verification: Verification): Promise<string> {
  const began = performance.now();
  await deploy(app, configOf(verification, '2'), {
    build: false,
    canary: undefined,
    diff: false,
    dryRun: false,
    timeout: patience,
  });
  const nodes = new Set((await readyPods(verification)).map(({ spec }) => spec?.nodeName));
  return `ready after ${Math.round((performance.now() - began) / 1000)} s, on ${nodes.size} nodes`;
}

async function readyPods({ kubectl, name }: Verification): Promise<readonly LivePod[]> {
  const deployment = await kubectl.find<LiveDeployment>('deployment', name);
  if (deployment === undefined) throw new Error(`There is no Deployment ${name}.`);
  return (await podsOf(kubectl, deployment)).filter(isReady);
}

function load({ image, kubectl, name }: Verification, what: Load): Promise<RunningLoad> {
  return startLoad(kubectl, image, name, what);
}

function mustBeWhole({ answered, failed, failures }: LoadResult): string {
  if (failed > 0)
    throw new Error(`${failed} of ${answered + failed} requests failed: ${failures.join('; ')}`);
  return `0 of ${answered} requests failed`;
}

async function seedRequests(verification: Verification): Promise<string> {
  const client = await load(verification, { seconds: 4, connections: 1, pause: 20, sleepers: 1 });
  const result = await client.result();
  const whole = mustBeWhole(result);
  if (result.slowest > 3000)
    throw new Error(`A prediction took ${result.slowest} ms beside a sleeping request.`);
  return `${whole}; beside a request of 5 s the slowest prediction took ${result.slowest} ms`;
}

async function checkStatus(verification: Verification): Promise<string> {
  const pods = await readyPods(verification);
  const versions = new Set<string | undefined>();
  for (const pod of pods) {
    const answer = await askPod(verification.kubectl, pod);
    if (answer?.status.state !== 'serving')
      throw new Error(`${pod.metadata.name} says ${JSON.stringify(answer)}`);
    versions.add(answer.status.appVersion);
  }
  if (versions.size !== 1) throw new Error(`The pods say different versions: ${[...versions].join(', ')}`);
  return `${pods.length} pods serve version ${[...versions].join()}`;
}

async function scaleUp(verification: Verification): Promise<string> {
  await scale(verification.name, configOf(verification, '2'), { min: 3, max: 3, timeout: patience });
  const pods = await readyPods(verification);
  if (pods.length !== 3) throw new Error(`${pods.length} pods are ready.`);
  return `3 pods, on ${new Set(pods.map(({ spec }) => spec?.nodeName)).size} nodes`;
}

const steady: Load = { seconds: 75, connections: 4, pause: 25 };

async function restartUnderLoad(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const client = await load(verification, steady);
  const began = performance.now();
  await kubectl.must(['rollout', 'restart', `deployment/${name}`]);
  await watchRollout(kubectl, name, { timeout: patience });
  const seconds = Math.round((performance.now() - began) / 1000);
  return `${mustBeWhole(await client.result())}; the restart took ${seconds} s`;
}

async function drainUnderLoad(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const client = await load(verification, steady);
  const nodes = await schedulableNodes(kubectl);
  const pods = await readyPods(verification);
  const node = nodes.find((node) => node !== client.node && pods.some(({ spec }) => spec?.nodeName === node));
  if (node === undefined || nodes.length < 2) {
    await client.result();
    throw new Skip("there is no node with a pod of the app that is not the client's, too");
  }
  try {
    const only = [`--pod-selector=app.kubernetes.io/name=${name}`];
    await kubectl.must([
      'drain',
      node,
      ...only,
      '--ignore-daemonsets',
      '--delete-emptydir-data',
      '--timeout=240s',
    ]);
    await watchRollout(kubectl, name, { timeout: patience });
    const left = (await readyPods(verification)).filter(({ spec }) => spec?.nodeName === node);
    if (left.length > 0) throw new Error(`${left.length} pods are still on ${node}.`);
  } finally {
    await kubectl.run(['uncordon', node]);
  }
  return `${mustBeWhole(await client.result())}; ${node} was drained`;
}

async function breakAndRollBack(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const values = await valuesOf(verification, '3');
  const client = await load(verification, { ...steady, seconds: 90, connections: 2 });
  // A version whose configuration is wrong ends as one whose R code is: at once, and with a message.
  const env = [{ name: 'PENSTOCK_QUEUE_LIMIT', value: 'broken-on-purpose' }];
  await applyValues(kubectl, { ...values, version: 'broken', env });
  const failure = await watchRollout(kubectl, name, { timeout: patience }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const told =
    failure instanceof PenstockError && failure.code === 'rollout_failed' ? failure.message : undefined;
  if (told === undefined) throw failure ?? new Error('The broken version came up.');
  if (!told.includes('broken-on-purpose')) throw new Error(`The reason was not told: ${told}`);
  await rollback(name, configOf(verification, '3'), { revision: undefined, timeout: patience });
  const live = await kubectl.find<LiveDeployment>('deployment', name);
  const version = live?.spec.template.metadata.labels?.['app.kubernetes.io/version'];
  if (version !== values.version) throw new Error(`It serves version ${version} after the rollback.`);
  return `${mustBeWhole(await client.result())}; the reason was told, and the rollback took`;
}

async function canary(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const config = { ...configOf(verification, '3'), appVersion: 'canary-1' };
  const options = { build: false, diff: false, dryRun: false, timeout: patience };
  await deploy(app, config, { ...options, canary: 25 });
  const beside = await kubectl.find<LiveDeployment>('deployment', `${name}-canary`);
  const ready = beside?.status?.readyReplicas ?? 0;
  if (ready !== 1) throw new Error(`${ready} pods of the canary are ready, not 1.`);
  await deploy(app, configOf(verification, '3'), { ...options, canary: undefined });
  if ((await kubectl.find('deployment', `${name}-canary`)) !== undefined)
    throw new Error('The canary is still there.');
  return '1 pod beside 3, and deleted by the next deploy';
}

async function autoscale(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const metrics = await kubectl.run(['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes']);
  if (!metrics.ok) throw new Skip('the cluster has no metrics server');
  const values = await valuesOf(verification, '2..5');
  const live = await kubectl.find<LiveDeployment>('deployment', name, ['--show-managed-fields']);
  const before = live!.spec.replicas ?? 1;
  await handOverReplicas(kubectl, live!);
  await applyValues(kubectl, { ...values, autoscaling: { ...values.autoscaling, cpu: 50 } });
  await watchRollout(kubectl, name, { timeout: patience });
  const kept = (await kubectl.find<LiveDeployment>('deployment', name))!.spec.replicas ?? 1;
  if (kept < Math.min(before, 2))
    throw new Error(`Handing over to the autoscaler left ${kept} of ${before} pods.`);
  const client = await load(verification, { seconds: 240, connections: 8, pause: 0 });
  const began = performance.now();
  let pods = kept;
  while (pods <= before && performance.now() - began < 240_000) {
    await delay(5000);
    pods = (await kubectl.find<LiveDeployment>('deployment', name))?.spec.replicas ?? 0;
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  if (pods <= before) throw new Error(`Still ${pods} pods after ${seconds} s of load.`);
  const whole = mustBeWhole(await client.result());
  await scale(name, configOf(verification, '2..5'), { min: 2, max: 3, timeout: patience });
  const { spec } = (await kubectl.find<LiveAutoscaler>('horizontalpodautoscaler', name))!;
  if (spec.minReplicas !== 2 || spec.maxReplicas !== 3)
    throw new Error(`Its bounds are ${JSON.stringify(spec)}.`);
  return `from ${before} to ${pods} pods after ${seconds} s; ${whole}; bounds moved to 2 to 3`;
}

async function removeAll(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  await remove(name, configOf(verification, '2'), false);
  const left = await madeObjects(kubectl, name, ['secret']);
  if (left.length > 0)
    throw new Error(`Left: ${left.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', ')}`);
  const deadline = performance.now() + 150_000;
  for (;;) {
    const { items } = await kubectl.json<LiveList<LivePod>>([
      'get',
      'pods',
      '-l',
      `app.kubernetes.io/name=${name}`,
    ]);
    if (items.length === 0) return 'no object and no pod is left';
    if (performance.now() > deadline) throw new Error(`${items.length} pods are still there.`);
    await delay(2000);
  }
}
