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
import { revisionAnnotation } from './release-history.js';
import { podSelector } from './resources/names.js';
import { describeRoom } from './room.js';

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
  /** How long to wait without any progress, in ms. */
  readonly timeout: number;
  /** Treat this as a failure of the version, which is then undone. */
  readonly timeoutFails?: boolean;
  /** Least time between two checks, in ms. */
  readonly interval?: number;
  /** @param waitsFor why a pod is not ready, if it has a reason */
  readonly progress?: (progress: RolloutProgress, waitsFor: string | undefined) => void;
  /** The bounds that an autoscaler must have applied. */
  readonly pods?: { readonly min: number; readonly max: number };
  /** What was wrong before this change, and says nothing about it. */
  readonly before?: Trouble;
}

/** The trouble of a Deployment at one moment. */
export interface Trouble {
  /** Pods that were not ready for a reason, by uid. */
  readonly pods: ReadonlySet<string>;
  /** When Kubernetes gave up a rollout. */
  readonly stalledAt: string | undefined;
}

/** Notes what is wrong before a change, so that only what happens since then counts. */
export async function troubleOf(kubectl: Kubectl, live: LiveDeployment | undefined): Promise<Trouble> {
  if (live === undefined) return { pods: new Set(), stalledAt: undefined };
  const pods = (await podsOf(kubectl, live)).filter((pod) => !isReady(pod) && problemOf(pod) !== undefined);
  return { pods: new Set(pods.flatMap(({ metadata }) => metadata.uid ?? [])), stalledAt: stalledAt(live) };
}

/**
 * Waits until all pods have the new version and are ready. Throws `rollout_failed` with the reason of a pod if waiting
 * cannot help, and `rollout_unfinished` if nothing changes for the time-out.
 */
export async function watchRollout(kubectl: Kubectl, name: string, options: RolloutOptions): Promise<void> {
  const { before, interval = 1000, pods: bounds, progress = () => {}, timeout, timeoutFails } = options;
  let replaced = false;
  let room: string | undefined;
  let seen = '';
  let deadline = performance.now() + timeout;
  for (;;) {
    const began = performance.now();
    const deployment = await kubectl.find<LiveDeployment>('deployment', name);
    if (deployment === undefined) throw new PenstockError('not_deployed', name);
    const now = progressOf(deployment, bounds);
    if (now.done) return progress(now, undefined);

    const pods = await newestPods(kubectl, deployment);
    if (!replaced && before !== undefined && isObserved(deployment)) {
      replaced = true;
      await replacePods(kubectl, pods, before);
    }
    const problem = worst(pods.filter(({ metadata }) => !before?.pods.has(metadata.uid ?? '')));
    if (problem?.unschedulable) {
      const pod = pods.find(({ metadata }) => metadata.name === problem.pod);
      room ??= pod === undefined ? '' : await describeRoom(kubectl, pod);
    }
    const reason = problem === undefined ? refusalOf(deployment) : reasonOf(problem, room);
    progress(now, reason);

    const state = JSON.stringify(now);
    if (state !== seen) deadline = performance.now() + timeout;
    seen = state;
    const stalled = stalledAt(deployment);
    const gaveUp = stalled !== undefined && stalled !== before?.stalledAt;
    if (problem?.final || gaveUp || performance.now() > deadline) {
      const failed = problem?.final || gaveUp || timeoutFails;
      const detail = await describe(kubectl, problem, reason, now);
      throw new PenstockError(failed ? 'rollout_failed' : 'rollout_unfinished', detail);
    }
    // With a thousand pods, a check takes seconds.
    await delay(Math.max(interval, performance.now() - began));
  }
}

/** Uses the rules of `kubectl rollout status`, but also waits until the old pods have stopped. */
export function progressOf(
  deployment: LiveDeployment,
  { max, min }: NonNullable<RolloutOptions['pods']> = { min: 0, max: Number.POSITIVE_INFINITY },
): RolloutProgress {
  const { spec, status = {} } = deployment;
  const wanted = spec.replicas ?? 1;
  const { availableReplicas = 0, replicas = 0, updatedReplicas = 0 } = status;
  const seen = isObserved(deployment);
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

/** Whether the controller has seen the last change. */
function isObserved({ metadata, status }: LiveDeployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

/** When Kubernetes gave up, which is also an identity of this event; undefined if it did not. */
function stalledAt(deployment: LiveDeployment): string | undefined {
  if (!isObserved(deployment)) return undefined;
  const progressing = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  return progressing?.reason === 'ProgressDeadlineExceeded' ? (progressing.lastUpdateTime ?? '') : undefined;
}

function reasonOf({ reason, unschedulable }: PodProblem, room: string | undefined): string {
  return unschedulable && room ? `${reason.replace(/\.$/, '')}. ${room}` : reason;
}

/** Why Kubernetes creates no pods, such as a quota or a pod security standard; undefined if it does. */
export function refusalOf(deployment: LiveDeployment): string | undefined {
  const conditions = isObserved(deployment) ? (deployment.status?.conditions ?? []) : [];
  const failure = conditions.find(({ status, type }) => type === 'ReplicaFailure' && status === 'True');
  return failure && `Kubernetes refuses to create it: ${failure.message ?? failure.reason ?? ''}`;
}

/** Pods of the same template that were in trouble only wait for the end of a back-off: new ones try at once. */
async function replacePods(
  kubectl: Kubectl,
  pods: readonly LivePod[],
  { pods: old }: Trouble,
): Promise<void> {
  const names = pods
    .filter((pod) => old.has(pod.metadata.uid ?? '') && !isReady(pod))
    .map(({ metadata }) => metadata.name);
  if (names.length > 0) await kubectl.must(['delete', 'pod', ...names, '--ignore-not-found', '--wait=false']);
}

/** The problem of a pod, preferably a final one. */
function worst(pods: readonly LivePod[]): PodProblem | undefined {
  const problems = pods
    .filter((pod) => !isReady(pod))
    .map(problemOf)
    .filter((problem) => problem !== undefined);
  return problems.find(({ final }) => final) ?? problems[0];
}

/** The pods of the newest version. Its ReplicaSet has the revision of the Deployment. */
async function newestPods(kubectl: Kubectl, deployment: LiveDeployment): Promise<readonly LivePod[]> {
  const get = ['get', 'replicasets', '-l', selectorOf(deployment)];
  const sets = await kubectl.json<LiveList<LiveReplicaSet>>(get);
  const current = deployment.metadata.annotations?.[revisionAnnotation];
  const newest = sets.items.find(({ metadata }) => metadata.annotations?.[revisionAnnotation] === current);
  const hash = newest?.metadata.labels?.['pod-template-hash'];
  return hash === undefined ? [] : podsOf(kubectl, deployment, `,pod-template-hash=${hash}`);
}

export async function podsOf(
  kubectl: Kubectl,
  deployment: LiveDeployment,
  more = '',
): Promise<readonly LivePod[]> {
  const get = ['get', 'pods', '-l', `${selectorOf(deployment)}${more}`];
  return (await kubectl.json<LiveList<LivePod>>(get)).items;
}

function selectorOf({ spec }: LiveDeployment): string {
  const { 'app.kubernetes.io/name': name = '', track } = spec.template.metadata.labels ?? {};
  return podSelector(name, track);
}

async function describe(
  kubectl: Kubectl,
  problem: PodProblem | undefined,
  reason: string | undefined,
  { ready, wanted }: RolloutProgress,
): Promise<string> {
  if (problem === undefined) {
    if (reason !== undefined) return `${ready} of ${wanted} pods are ready. The next pod: ${reason}`;
    const why = ready < wanted ? 'No pod reports a problem' : 'The autoscaler has requested no other number';
    return `${ready} of ${wanted} pods are ready. ${why}.`;
  }
  const log = problem.ran ? await logTail(kubectl, problem) : '';
  const indented = log === '' ? '' : `\n${log.replaceAll(/^/gm, '  ')}`;
  return `Pod ${problem.pod}: ${reason?.replace(/\.$/, '')}.${indented}`;
}
