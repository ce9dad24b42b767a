import { setTimeout as delay } from 'node:timers/promises';
import { remove } from '../../src/commands/delete.js';
import { deploy } from '../../src/commands/deploy.js';
import { scale } from '../../src/commands/scale.js';
import { applyValues, deployedObjects } from '../../src/kubernetes/apply.js';
import type { LiveList, LivePod } from '../../src/kubernetes/live-objects.js';
import { askPod } from '../../src/kubernetes/pod-status.js';
import type { Values } from '../../src/kubernetes/values.js';
import { autoscale, breakAndRollBack, drainUnderLoad, restartUnderLoad } from './disruptions.js';
import { startLoad } from './load.js';
import {
  app,
  configOf,
  deploymentOf,
  nodesOf,
  patience,
  readyPods,
  schedulableNodes,
  type Verification,
  valuesOf,
} from './verification.js';

export interface Step {
  readonly name: string;
  /** Nothing after it makes sense if it fails. */
  readonly essential?: boolean;
  /** Seconds after which it is given up, and with it the rest. */
  readonly limit: number;
  /** What was seen; an error if it was not what it must be. */
  readonly run: (verification: Verification) => Promise<string>;
}

export const verificationSteps: readonly Step[] = [
  { name: 'The cluster answers, and is new enough', essential: true, limit: 90, run: checkCluster },
  {
    name: 'A namespace with the restricted pod security standard',
    essential: true,
    limit: 60,
    run: makeNamespace,
  },
  { name: 'Strict validation by the server, of what plain clusters have', limit: 120, run: validate },
  { name: 'penstock deploy: two pods', essential: true, limit: 420, run: deployApp },
  { name: "The seed's requests; a sleeping one blocks nobody", limit: 300, run: seedRequests },
  { name: 'Each pod tells its status and version', limit: 120, run: checkStatus },
  { name: 'penstock scale: three pods', limit: 420, run: scaleUp },
  { name: 'A restart under load loses nothing', limit: 600, run: restartUnderLoad },
  { name: 'A node drain under load loses nothing', limit: 900, run: drainUnderLoad },
  { name: 'A broken version is refused, and the old one serves on', limit: 900, run: breakAndRollBack },
  { name: 'A canary beside it, and gone again', limit: 900, run: canary },
  {
    name: 'The autoscaler adds pods under load, and penstock scale moves its bounds',
    limit: 1200,
    run: autoscale,
  },
  { name: 'penstock delete leaves nothing', limit: 300, run: removeAll },
];

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
  // The wait of preStop without a program in the image.
  if (Number.parseInt(serverVersion.minor, 10) < 30)
    throw new Error(`${serverVersion.gitVersion} is older than 1.30.`);
  const nodes = await schedulableNodes(kubectl);
  if (nodes.length === 0) throw new Error('No node takes pods.');
  return `${serverVersion.gitVersion}, ${nodes.length} nodes that take pods; kubectl ${clientVersion.gitVersion}`;
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
    const said = await applyValues(verification.kubectl, values, true);
    objects += said.trim().split('\n').length;
  }
  return `${objects} objects of ${sets.length} sets taken`;
}

async function deployApp(verification: Verification): Promise<string> {
  const began = performance.now();
  await deploy(app, configOf(verification, '2'), deployOptions);
  const nodes = nodesOf(await readyPods(verification)).size;
  return `ready after ${Math.round((performance.now() - began) / 1000)} s, on ${nodes} nodes`;
}

/** The nodes have the image, so nothing is built. */
const deployOptions = {
  build: false,
  canary: undefined,
  containerd: false,
  diff: false,
  dryRun: false,
  timeout: patience,
};

async function seedRequests({ image, kubectl, name }: Verification): Promise<string> {
  const load = { seconds: 4, connections: 1, pause: 20, sleepers: 1 };
  const client = await startLoad(kubectl, image, name, load);
  await delay(load.seconds * 1000);
  const { answered, failed, failures, slowest } = await client.finish();
  if (failed > 0) throw new Error(`${failed} of ${answered + failed} failed: ${failures.join('; ')}`);
  if (slowest > 3000) throw new Error(`A prediction took ${slowest} ms beside a sleeping request.`);
  return `${answered} right answers; beside a request of 5 s the slowest prediction took ${slowest} ms`;
}

async function checkStatus(verification: Verification): Promise<string> {
  const pods = await readyPods(verification);
  const versions = new Set<string | undefined>();
  for (const pod of pods) {
    const answer = await askPod(verification.kubectl, pod);
    if (answer === undefined)
      throw new Error(
        `${pod.metadata.name} cannot be asked, neither by the API server's proxy nor from inside.`,
      );
    if (answer.status.state !== 'serving')
      throw new Error(`${pod.metadata.name} says it is ${answer.status.state}.`);
    versions.add(answer.status.release);
  }
  if (versions.size !== 1) throw new Error(`The pods say different versions: ${[...versions].join(', ')}`);
  return `${pods.length} pods serve version ${[...versions].join()}`;
}

async function scaleUp(verification: Verification): Promise<string> {
  await scale(verification.name, configOf(verification, '2'), { min: 3, max: 3, timeout: patience });
  const pods = await readyPods(verification);
  if (pods.length !== 3) throw new Error(`${pods.length} pods are ready.`);
  return `3 pods, on ${nodesOf(pods).size} nodes`;
}

async function canary(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const config = { ...configOf(verification, '3'), appVersion: 'canary-1' };
  await deploy(app, config, { ...deployOptions, canary: 25 });
  const ready = (await deploymentOf(verification, true)).status?.readyReplicas ?? 0;
  if (ready !== 1) throw new Error(`${ready} pods of the canary are ready, not 1.`);
  await deploy(app, configOf(verification, '3'), deployOptions);
  if ((await kubectl.find('deployment', `${name}-canary`)) !== undefined)
    throw new Error('The canary is still there.');
  return '1 pod beside 3, and deleted by the next deploy';
}

async function removeAll(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  await remove(name, configOf(verification, '2'), false);
  const left = await deployedObjects(kubectl, name, ['secret']);
  if (left.length > 0)
    throw new Error(`Left: ${left.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', ')}`);
  const deadline = performance.now() + 150_000;
  const get = ['get', 'pods', '-l', `app.kubernetes.io/name=${name}`];
  for (;;) {
    const { items } = await kubectl.json<LiveList<LivePod>>(get);
    if (items.length === 0) return 'no object and no pod is left';
    if (performance.now() > deadline) throw new Error(`${items.length} pods are still there.`);
    await delay(2000);
  }
}
