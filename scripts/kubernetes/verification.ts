import { join } from 'node:path';
import { findApp } from '../../src/app/find-app.js';
import type { DeployOptions } from '../../src/commands/deploy.js';
import { type Config, loadConfig } from '../../src/config/load.js';
import { imageVersion } from '../../src/image/image-version.js';
import { planDeployment } from '../../src/kubernetes/app-values.js';
import { applyObjects } from '../../src/kubernetes/apply.js';
import { objectsFor } from '../../src/kubernetes/documents.js';
import { Kubectl } from '../../src/kubernetes/kubectl.js';
import {
  isReady,
  type LiveDeployment,
  type LiveList,
  type LivePod,
} from '../../src/kubernetes/live-objects.js';
import { podsOf } from '../../src/kubernetes/rollout.js';
import type { Values } from '../../src/kubernetes/values.js';
import { type Load, type LoadResult, type RunningLoad, startLoad } from './load.js';
import { nodeLabel } from './restore-nodes.mjs';

/** The input of all steps, which run in processes of their own. */
export interface Input {
  readonly image: string;
  readonly namespace: string;
  /** Name of the Deployment. It is unique in the cluster, because the drain selects pods by it. */
  readonly name: string;
  readonly program: string;
  readonly context?: string | undefined;
  /** Multiplies all time limits. */
  readonly patience: number;
  /** Commands that stop and start a node, with {node} in place of its name. */
  readonly nodeDown?: string | undefined;
  readonly nodeUp?: string | undefined;
}

export interface Verification extends Input {
  readonly kubectl: Kubectl;
}

export function open(input: Input): Verification {
  const { context, namespace, program } = input;
  return { ...input, kubectl: new Kubectl({ program, context, namespace }) };
}

/** The cluster lacks something that the step needs. */
export class Skip extends Error {}

/** In ms. The nodes already have the image, so most of the time is for loading the app. */
export function rolloutTimeout({ patience }: Input): number {
  return 300_000 * patience;
}

/** Builds no image, because the nodes already have it. */
export function deployOptions(verification: Input, canary?: number): DeployOptions {
  return {
    build: false,
    canary,
    containerd: false,
    diff: false,
    dryRun: false,
    timeout: rolloutTimeout(verification),
    undoOnTimeout: false,
  };
}

export const app = findApp(join(import.meta.dirname, '../../examples/mtcars'));

/** The configuration, made from flags as a user would set them. The pods are small, to fit on busy clusters. */
export function configOf(verification: Verification, pods: string): Config {
  const { context, image, name, namespace, program } = verification;
  const flags = {
    ...{ name, image, namespace, pods, kubectl: program },
    ...{ memory: '512mb', cpu: '100m', workers: '2' },
    ...(context !== undefined && { context }),
  };
  return loadConfig({ flags, env: {}, cwd: app.directory });
}

export async function valuesOf(verification: Verification, pods: string): Promise<Values> {
  return (await planDeployment(app, configOf(verification, pods), await imageVersion(app))).values;
}

export async function deploymentOf({ kubectl, name }: Verification, canary = false): Promise<LiveDeployment> {
  const full = canary ? `${name}-canary` : name;
  const found = await kubectl.find<LiveDeployment>('deployment', full, ['--show-managed-fields']);
  if (found === undefined) throw new Error(`Deployment ${full} does not exist.`);
  return found;
}

export async function readyPods(verification: Verification): Promise<readonly LivePod[]> {
  return (await podsOf(verification.kubectl, await deploymentOf(verification))).filter(isReady);
}

function nodesOf(pods: readonly LivePod[]): Set<string | undefined> {
  return new Set(pods.map(({ spec }) => spec?.nodeName));
}

/** Applies the objects for these values, as `penstock deploy` does. */
export function applyValues({ kubectl }: Verification, values: Values, dryRun = false): Promise<string> {
  return applyObjects(kubectl, [...objectsFor(values).values()], dryRun);
}

/** Throws if two pods share a node while another could take one. */
export async function checkSpread(verification: Verification): Promise<string> {
  const pods = await readyPods(verification);
  const nodes = nodesOf(pods).size;
  const possible = Math.min(pods.length, (await schedulableNodes(verification.kubectl)).length);
  if (nodes < possible) throw new Error(`${pods.length} pods are on ${nodes} of ${possible} possible nodes.`);
  return `${pods.length} pods, on ${nodes} nodes`;
}

export interface LiveNode {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly images?: readonly { readonly names: readonly string[] }[];
  };
}

/**
 * Checks each node that gets pods: its kubelet answers through the API server, which logs and exec need, and it lists the
 * image. A node lists its 50 largest images, so a missing one is only reported.
 */
export async function checkNodes({ image, kubectl }: Verification): Promise<string> {
  const { items } = await kubectl.json<LiveList<LiveNode>>(['get', 'nodes']);
  const nodes = items.filter(isSchedulable);
  const unreachable: string[] = [];
  for (const { metadata } of nodes) {
    const path = `/api/v1/nodes/${metadata.name}/proxy/healthz`;
    if (!(await kubectl.run(['get', '--raw', path, '--request-timeout=20s'])).ok)
      unreachable.push(metadata.name);
  }
  if (unreachable.length > 0)
    throw new Error(`The API server does not reach the kubelet of ${unreachable.join(', ')}.`);
  const full = image.includes('/') ? image : `docker.io/library/${image}`;
  const without = nodes.filter(
    ({ status }) => !status.images?.some(({ names }) => names.includes(image) || names.includes(full)),
  );
  const missing = without.map(({ metadata }) => metadata.name).join(', ');
  return `${nodes.length} kubelets answer; ${missing === '' ? 'all nodes list the image' : `the image is not listed by ${missing}`}`;
}

export async function schedulableNodes(kubectl: Kubectl): Promise<string[]> {
  const { items } = await kubectl.json<LiveList<LiveNode>>(['get', 'nodes']);
  return items.filter(isSchedulable).map(({ metadata }) => metadata.name);
}

export function isNodeReady({ status }: LiveNode): boolean {
  return status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');
}

function isSchedulable(node: LiveNode): boolean {
  const { spec } = node;
  const ready = isNodeReady(node);
  const tainted = spec.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  return ready && !tainted && spec.unschedulable !== true;
}

/** A node with a pod of the app and without a client. */
export async function nodeToDisturb(
  verification: Verification,
  clients: readonly RunningLoad[],
): Promise<string> {
  const nodes = await schedulableNodes(verification.kubectl);
  const used = nodesOf(await readyPods(verification));
  const node = nodes.find((one) => used.has(one) && clients.every((client) => client.node !== one));
  if (node === undefined || nodes.length < 2)
    throw new Skip('no node except that of the client has a pod of the app');
  return node;
}

/** Does something to a node that has to be undone. Whatever ends the check, its guard finds the node by the label. */
export async function withMarkedNode(
  { kubectl, namespace }: Verification,
  node: string,
  act: () => Promise<void>,
  undo: () => Promise<unknown>,
): Promise<void> {
  await kubectl.must(['label', 'node', node, '--overwrite', `${nodeLabel}=${namespace}`]);
  try {
    await act();
  } finally {
    await undo();
    await kubectl.must(['label', 'node', node, `${nodeLabel}-`]);
  }
}

/** What the requests of all clients came to. */
export interface Outcome {
  readonly answered: number;
  readonly failed: number;
  readonly lastFailure: number;
  readonly failures: readonly string[];
}

/** Sends requests from within the cluster while `action` runs. */
export async function observeLoad<T>(
  { image, kubectl, name, patience }: Verification,
  loads: readonly Load[],
  action: (clients: readonly RunningLoad[]) => Promise<T>,
): Promise<{ result: T; outcome: Outcome }> {
  const clients: RunningLoad[] = [];
  const abandon = async (error: unknown) => {
    for (const client of clients) await client.abandon();
    throw error;
  };
  const run = async () => {
    for (const load of loads) {
      const seconds = load.seconds * patience;
      clients.push(await startLoad(kubectl, image, name, { ...load, seconds }, patience));
    }
    return action(clients);
  };
  const result = await run().catch(abandon);
  const results = await Promise.all(clients.map((client) => client.finish()));
  return { result, outcome: summed(results) };
}

function summed(results: readonly LoadResult[]): Outcome {
  const sum = (key: 'answered' | 'failed') => results.reduce((count, one) => count + one[key], 0);
  return {
    answered: sum('answered'),
    failed: sum('failed'),
    lastFailure: Math.max(...results.map((one) => one.lastFailure)),
    failures: results.flatMap((one) => one.failures),
  };
}

/**
 * Sends requests from within the cluster while `action` runs. Throws if a request fails.
 * @returns a summary of the requests and the result of the action
 */
export async function underLoad(
  verification: Verification,
  loads: readonly Load[],
  action: (clients: readonly RunningLoad[]) => Promise<string>,
): Promise<string> {
  const { outcome, result } = await observeLoad(verification, loads, action);
  const { answered, failed, failures } = outcome;
  if (failed > 0)
    throw new Error(`${failed} of ${answered + failed} requests failed: ${failures.join('; ')}`);
  return `0 of ${answered} requests failed; ${result}`;
}
