import { join } from 'node:path';
import { findApp } from '../../src/app/find-app.js';
import { type Config, loadConfig } from '../../src/config/load.js';
import { planDeployment } from '../../src/kubernetes/app-values.js';
import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import {
  isReady,
  type LiveDeployment,
  type LiveList,
  type LivePod,
} from '../../src/kubernetes/live-objects.js';
import { podsOf } from '../../src/kubernetes/rollout.js';
import type { Values } from '../../src/kubernetes/values.js';
import { type Load, type RunningLoad, startLoad } from './load.js';

/** What every step works with. */
export interface Verification {
  readonly image: string;
  readonly namespace: string;
  /** Of the Deployment; nothing else in the cluster has it, since a drain selects pods by it. */
  readonly name: string;
  readonly program: string;
  readonly context: string | undefined;
  readonly kubectl: Kubectl;
  /** Nodes that take no pods at the moment because of this check. */
  readonly cordoned: Set<string>;
}

/** A step that this cluster cannot show. */
export class Skip extends Error {}

/** Milliseconds that a rollout may take; images are on the nodes, so it is R that takes its time. */
export const patience = 300_000;

export const app = findApp(join(import.meta.dirname, '../../examples/mtcars'));

/** As a user's flags would have it. Small pods: the check must fit beside what the cluster does. */
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
  return (await planDeployment(app, configOf(verification, pods))).values;
}

export async function deploymentOf({ kubectl, name }: Verification, canary = false): Promise<LiveDeployment> {
  const full = canary ? `${name}-canary` : name;
  const found = await kubectl.find<LiveDeployment>('deployment', full, ['--show-managed-fields']);
  if (found === undefined) throw new Error(`There is no Deployment ${full}.`);
  return found;
}

export async function readyPods(verification: Verification): Promise<readonly LivePod[]> {
  return (await podsOf(verification.kubectl, await deploymentOf(verification))).filter(isReady);
}

export function nodesOf(pods: readonly LivePod[]): Set<string | undefined> {
  return new Set(pods.map(({ spec }) => spec?.nodeName));
}

interface LiveNode {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

/** Nodes that take pods. */
export async function schedulableNodes(kubectl: Kubectl): Promise<string[]> {
  const { items } = await kubectl.json<LiveList<LiveNode>>(['get', 'nodes']);
  return items
    .filter(({ spec, status }) => {
      const ready = status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');
      const tainted = spec.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
      return ready && !tainted && spec.unschedulable !== true;
    })
    .map(({ metadata }) => metadata.name);
}

/**
 * Requests from within the cluster for as long as something happens. None may fail.
 * @returns what was seen of the requests, and what happened
 */
export async function underLoad(
  { image, kubectl, name }: Verification,
  load: Load,
  happens: (client: RunningLoad) => Promise<string>,
): Promise<string> {
  const client = await startLoad(kubectl, image, name, load);
  const happened = await happens(client).catch(async (error: unknown) => {
    await client.abandon();
    throw error;
  });
  const { answered, failed, failures } = await client.finish();
  if (failed > 0)
    throw new Error(`${failed} of ${answered + failed} requests failed: ${failures.join('; ')}`);
  return `0 of ${answered} requests failed; ${happened}`;
}
