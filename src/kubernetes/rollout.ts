import { setTimeout as delay } from 'node:timers/promises';
import { PenstockError } from '../errors.js';
import type { Kubectl } from './kubectl.js';
import {
  isReady,
  type LiveDeployment,
  type LiveList,
  type LivePod,
  type LiveReplicaSet,
} from './live-objects.js';
import { logTail, type PodProblem, problemOf } from './pod-problem.js';

export interface RolloutProgress {
  readonly wanted: number;
  /** Pods of the new version, and how many of them are ready. */
  readonly updated: number;
  readonly ready: number;
  /** Running pods of old versions. */
  readonly old: number;
  readonly done: boolean;
}

export interface RolloutOptions {
  /** How long to wait, in ms. */
  readonly timeout: number;
  /** Time between two checks, in ms. */
  readonly interval?: number;
  readonly progress?: (progress: RolloutProgress) => void;
  /** The bounds that an autoscaler must have applied. */
  readonly pods?: { readonly min: number; readonly max: number };
}

/** Waits until all pods have the new version and are ready. Otherwise throws the reason of a pod that is not ready. */
export async function watchRollout(
  kubectl: Kubectl,
  name: string,
  { interval = 1000, pods, progress = () => {}, timeout }: RolloutOptions,
): Promise<void> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const deployment = await kubectl.find<LiveDeployment>('deployment', name);
    if (deployment === undefined) throw new PenstockError('not_deployed', name);
    const now = progressOf(deployment, pods);
    progress(now);
    if (now.done) return;
    const problem = await findProblem(kubectl, deployment);
    const late = performance.now() > deadline || hasStalled(deployment);
    if (problem?.final || late) {
      throw new PenstockError('rollout_failed', await describeProblem(kubectl, problem, now));
    }
    await delay(interval);
  }
}

/** Uses the rules of `kubectl rollout status`, but also waits until the old pods have stopped. */
export function progressOf(
  { metadata, spec, status = {} }: LiveDeployment,
  { max, min }: NonNullable<RolloutOptions['pods']> = { min: 0, max: Number.POSITIVE_INFINITY },
): RolloutProgress {
  const wanted = spec.replicas ?? 1;
  const { availableReplicas = 0, observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = status;
  const seen = observedGeneration >= (metadata.generation ?? 0);
  const updated = seen ? updatedReplicas : 0;
  const complete = seen && updated === wanted && replicas === updated && availableReplicas >= updated;
  return {
    wanted,
    updated,
    ready: Math.min(updated, Math.max(0, availableReplicas - (replicas - updated))),
    old: replicas - updated,
    done: complete && wanted >= min && wanted <= max,
  };
}

function hasStalled({ metadata, status }: LiveDeployment): boolean {
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false;
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  return progressing?.reason === 'ProgressDeadlineExceeded';
}

/** A problem of the newest version's pods, preferably a final one. */
async function findProblem(kubectl: Kubectl, deployment: LiveDeployment): Promise<PodProblem | undefined> {
  const hash = await newestHash(kubectl, deployment);
  const pods = await podsOf(kubectl, deployment);
  const problems = pods
    .filter((pod) => !isReady(pod) && pod.metadata.labels?.['pod-template-hash'] === hash)
    .map(problemOf)
    .filter((problem) => problem !== undefined);
  return problems.find(({ final }) => final) ?? problems[0];
}

const revision = 'deployment.kubernetes.io/revision';

/** The ReplicaSet of the newest version has the revision of the Deployment. */
async function newestHash(kubectl: Kubectl, deployment: LiveDeployment): Promise<string | undefined> {
  const sets = await kubectl.json<LiveList<LiveReplicaSet>>([
    'get',
    'replicasets',
    '-l',
    selectorOf(deployment),
  ]);
  const current = deployment.metadata.annotations?.[revision];
  const newest = sets.items.find(({ metadata }) => metadata.annotations?.[revision] === current);
  return newest?.metadata.labels?.['pod-template-hash'];
}

export async function podsOf(kubectl: Kubectl, deployment: LiveDeployment): Promise<readonly LivePod[]> {
  const pods = await kubectl.json<LiveList<LivePod>>(['get', 'pods', '-l', selectorOf(deployment)]);
  return pods.items;
}

function selectorOf({ spec }: LiveDeployment): string {
  const { 'app.kubernetes.io/name': name, track } = spec.template.metadata.labels ?? {};
  return `app.kubernetes.io/name=${name}${track === undefined ? '' : `,track=${track}`}`;
}

async function describeProblem(
  kubectl: Kubectl,
  problem: PodProblem | undefined,
  { ready, wanted }: RolloutProgress,
): Promise<string> {
  if (problem === undefined) {
    const why = ready < wanted ? 'No pod reports a problem' : 'The autoscaler has requested no other number';
    return `${ready} of ${wanted} pods are ready. ${why}.`;
  }
  const log = problem.ran ? await logTail(kubectl, problem.pod) : '';
  const indented = log === '' ? '' : `\n${log.replaceAll(/^/gm, '  ')}`;
  return `Pod ${problem.pod}: ${problem.reason}.${indented}`;
}
