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
import { lastWords, type PodTrouble, troubleOf } from './pod-trouble.js';

/** How far a rollout has come. */
export interface RolloutProgress {
  readonly wanted: number;
  /** Pods of the new version, and how many of them are ready. */
  readonly updated: number;
  readonly ready: number;
  /** Pods of old versions that still run. */
  readonly old: number;
  readonly done: boolean;
}

export interface RolloutOptions {
  /** Milliseconds until it is given up. */
  readonly timeout: number;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  readonly progress?: (progress: RolloutProgress) => void;
  /** How many pods an autoscaler must have asked for by then. */
  readonly pods?: { readonly min: number; readonly max: number };
}

/** Waits until all pods are of the new version and ready; fails with the reason of the pod that is not. */
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
    const trouble = await findTrouble(kubectl, deployment);
    const late = performance.now() > deadline || hasStalled(deployment);
    if (trouble?.final || late) {
      throw new PenstockError('rollout_failed', await describeTrouble(kubectl, trouble, now));
    }
    await delay(interval);
  }
}

/** The judgement of `kubectl rollout status`, but for pods that are to go: they must have. */
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

/** Of the newest version's pods, the worst first. */
async function findTrouble(kubectl: Kubectl, deployment: LiveDeployment): Promise<PodTrouble | undefined> {
  const hash = await newestHash(kubectl, deployment);
  const pods = await podsOf(kubectl, deployment);
  const troubles = pods
    .filter((pod) => !isReady(pod) && pod.metadata.labels?.['pod-template-hash'] === hash)
    .map(troubleOf)
    .filter((trouble) => trouble !== undefined);
  return troubles.find(({ final }) => final) ?? troubles[0];
}

const revision = 'deployment.kubernetes.io/revision';

/** The newest version is that of the ReplicaSet that has the Deployment's own revision. */
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

async function describeTrouble(
  kubectl: Kubectl,
  trouble: PodTrouble | undefined,
  { ready, wanted }: RolloutProgress,
): Promise<string> {
  if (trouble === undefined) {
    const why = ready < wanted ? 'no pod says why' : 'the autoscaler has asked for no others';
    return `${ready} of ${wanted} pods are ready, and ${why}.`;
  }
  const words = trouble.ran ? await lastWords(kubectl, trouble.pod) : '';
  const said = words === '' ? '' : `\n${words.replaceAll(/^/gm, '  ')}`;
  return `Pod ${trouble.pod}: ${trouble.reason}.${said}`;
}
