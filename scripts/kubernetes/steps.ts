import { setTimeout as delay } from 'node:timers/promises';
import { remove } from '../../src/commands/delete.js';
import { deploy } from '../../src/commands/deploy.js';
import { scale } from '../../src/commands/scale.js';
import { ApiProxy } from '../../src/kubernetes/api-proxy.js';
import { deployedObjects } from '../../src/kubernetes/apply.js';
import type { LiveList, LivePod } from '../../src/kubernetes/live-objects.js';
import { askPods } from '../../src/kubernetes/pod-status.js';
import type { Values } from '../../src/kubernetes/values.js';
import { clientLabel } from './client-pod.js';
import {
  autoscale,
  breakAndRollBack,
  drainUnderLoad,
  handOverToAutoscaler,
  restartUnderLoad,
  scaleUnderLoad,
} from './disruptions.js';
import { startLoad } from './load.js';
import { killForMemory, loseNode } from './losses.js';
import { checkNetworkPolicy } from './policy.js';
import { restoreNodes } from './restore-nodes.mjs';
import { undoByDeploy } from './undo.js';
import {
  app,
  applyValues,
  checkNodes,
  checkSpread,
  configOf,
  deploymentOf,
  deployOptions,
  readyPods,
  rolloutTimeout,
  schedulableNodes,
  type Verification,
  valuesOf,
} from './verification.js';

export interface Step {
  readonly name: string;
  /** If it fails, the remaining steps cannot run. */
  readonly essential?: boolean;
  /** It needs three pods of the app. If a step before it failed, they are deployed again. */
  readonly onApp?: boolean;
  /** Time limit in seconds, after which the step is ended. */
  readonly limit: number;
  /** Returns what was observed, or throws. */
  readonly run: (verification: Verification) => Promise<string>;
}

export const verificationSteps: readonly Step[] = [
  { name: 'The cluster answers, and has a supported version', essential: true, limit: 90, run: checkCluster },
  { name: 'The kubelets answer, and the nodes have the image', limit: 120, run: checkNodes },
  {
    name: 'Create a namespace with the restricted pod security standard',
    essential: true,
    limit: 60,
    run: makeNamespace,
  },
  { name: 'Strict server-side validation of the kinds that all clusters have', limit: 120, run: validate },
  { name: 'penstock deploy: two pods', limit: 420, run: deployApp },
  { name: 'penstock scale: three pods', onApp: true, limit: 420, run: scaleUp },
  {
    name: "The example's requests; a slow one does not block others",
    onApp: true,
    limit: 300,
    run: exampleRequests,
  },
  { name: 'Each pod reports its status and version', onApp: true, limit: 120, run: checkStatus },
  {
    name: 'Other pods reach the public port, and not the admin port',
    onApp: true,
    limit: 420,
    run: checkNetworkPolicy,
  },
  { name: 'A restart under load loses no requests', onApp: true, limit: 600, run: restartUnderLoad },
  { name: 'A node drain under load loses no requests', onApp: true, limit: 900, run: drainUnderLoad },
  {
    name: 'A container that is killed for its memory starts again, and the others serve',
    onApp: true,
    limit: 420,
    run: killForMemory,
  },
  { name: 'A lost node gets no requests once it is noticed', onApp: true, limit: 900, run: loseNode },
  {
    name: 'A broken version fails, and the old one keeps serving',
    onApp: true,
    limit: 900,
    run: breakAndRollBack,
  },
  {
    name: 'penstock deploy undoes a broken version, and a later one can remove a field',
    onApp: true,
    limit: 900,
    run: undoByDeploy,
  },
  {
    name: 'Scaling from 3 to 5 pods and back under load loses no requests',
    onApp: true,
    limit: 900,
    run: scaleUnderLoad,
  },
  { name: 'Deploy a canary, and remove it', onApp: true, limit: 900, run: canary },
  {
    name: 'The autoscaler takes over all pods, and penstock scale sets its bounds',
    onApp: true,
    limit: 600,
    run: handOverToAutoscaler,
  },
  { name: 'The autoscaler adds pods under load', onApp: true, limit: 1200, run: autoscale },
  { name: 'penstock delete leaves no objects', onApp: true, limit: 300, run: removeAll },
];

/** Undoes what a failed step may have left: nodes, clients, a canary, an autoscaler or a broken version. */
export const recoveryStep: Step = { name: 'Recovery', limit: 420, run: recover };

async function recover(verification: Verification): Promise<string> {
  await restoreNodes(verification);
  const clients = ['delete', 'pods', '-l', `${clientLabel.key}=${clientLabel.value}`, '--wait=false'];
  await verification.kubectl.must(clients);
  await deploy(app, configOf(verification, '3'), deployOptions(verification));
  return 'three pods';
}

interface Version {
  readonly gitVersion: string;
  readonly minor: string;
}

async function checkCluster({ kubectl }: Verification): Promise<string> {
  const args = ['version', '--request-timeout=20s'];
  const { clientVersion, serverVersion } = await kubectl.json<{
    clientVersion: Version;
    serverVersion: Version;
  }>(args);
  // 1.30 has the sleep action of preStop, which needs no program in the image.
  if (Number.parseInt(serverVersion.minor, 10) < 30)
    throw new Error(`${serverVersion.gitVersion} is older than 1.30.`);
  const nodes = await schedulableNodes(kubectl);
  if (nodes.length === 0) throw new Error('No node is schedulable.');
  return `${serverVersion.gitVersion}, ${nodes.length} schedulable nodes; kubectl ${clientVersion.gitVersion}`;
}

async function makeNamespace({ kubectl, namespace }: Verification): Promise<string> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(object));
  return namespace;
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
    const output = await applyValues(verification, values, true);
    objects += output.trim().split('\n').length;
  }
  return `validated ${objects} objects of ${sets.length} sets`;
}

async function deployApp(verification: Verification): Promise<string> {
  const began = performance.now();
  await deploy(app, configOf(verification, '2'), deployOptions(verification));
  return `ready after ${Math.round((performance.now() - began) / 1000)} s: ${await checkSpread(verification)}`;
}

async function exampleRequests({ image, kubectl, name, patience }: Verification): Promise<string> {
  const load = { seconds: 4, connections: 1, pause: 20, sleepers: 1 };
  const client = await startLoad(kubectl, image, name, load, patience);
  await delay(load.seconds * 1000);
  const { answered, failed, failures, slowest } = await client.finish();
  if (failed > 0) throw new Error(`${failed} of ${answered + failed} failed: ${failures.join('; ')}`);
  if (slowest > 3000) throw new Error(`A prediction took ${slowest} ms during a slow request.`);
  return `${answered} correct answers; during a request of 5 s, the slowest prediction took ${slowest} ms`;
}

async function checkStatus(verification: Verification): Promise<string> {
  const pods = await readyPods(verification);
  const api = await ApiProxy.open(verification.kubectl);
  const answers = await askPods(verification.kubectl, api, pods).finally(() => api.close());
  const silent = pods.find(({ metadata }) => !answers.has(metadata.name));
  if (silent !== undefined)
    throw new Error(
      `${silent.metadata.name} does not answer, neither through the API server's proxy nor to another pod.`,
    );
  const versions = new Set([...answers.values()].map(({ version }) => version));
  if (versions.size !== 1) throw new Error(`The pods report different versions: ${[...versions].join(', ')}`);
  return `${pods.length} pods serve version ${[...versions].join()}`;
}

async function scaleUp(verification: Verification): Promise<string> {
  await scale(verification.name, configOf(verification, '2'), {
    min: 3,
    max: 3,
    timeout: rolloutTimeout(verification),
  });
  const pods = await readyPods(verification);
  if (pods.length !== 3) throw new Error(`${pods.length} pods are ready.`);
  return checkSpread(verification);
}

async function canary(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const config = { ...configOf(verification, '3'), appVersion: 'canary-1' };
  await deploy(app, config, deployOptions(verification, 25));
  const ready = (await deploymentOf(verification, true)).status?.readyReplicas ?? 0;
  if (ready !== 1) throw new Error(`${ready} pods of the canary are ready, not 1.`);
  await deploy(app, configOf(verification, '3'), deployOptions(verification));
  if ((await kubectl.find('deployment', `${name}-canary`)) !== undefined)
    throw new Error('The canary still exists.');
  return '1 canary pod and 3 stable pods; the next deploy deleted the canary';
}

async function removeAll(verification: Verification): Promise<string> {
  const { kubectl, name, patience } = verification;
  await remove(name, configOf(verification, '2'), false);
  const left = await deployedObjects(kubectl, name, ['secret']);
  if (left.length > 0)
    throw new Error(
      `Not deleted: ${left.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', ')}`,
    );
  const deadline = performance.now() + 150_000 * patience;
  const get = ['get', 'pods', '-l', `app.kubernetes.io/name=${name}`];
  for (;;) {
    const { items } = await kubectl.json<LiveList<LivePod>>(get);
    if (items.length === 0) return 'all objects and pods are deleted';
    if (performance.now() > deadline) throw new Error(`${items.length} pods still exist.`);
    await delay(2000);
  }
}
