import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { applyObjects, type Objects } from '../kubernetes/apply.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { readHistory, recordRelease, revisionOf, withLiveReplicas } from '../kubernetes/release-history.js';
import { watchRollout } from '../kubernetes/rollout.js';
import { connect, rolloutDisplay } from './cluster.js';

export interface RollbackOptions {
  /** A revision of `kubectl rollout history`; the previous one by default. */
  readonly revision: number | undefined;
  /** How long the rollout may make no progress, in ms. */
  readonly timeout: number;
}

/** Returns to an earlier version, and watches the rollout. */
export async function rollback(
  name: string,
  config: Config,
  { revision, timeout }: RollbackOptions,
): Promise<number> {
  const kubectl = connect(config);
  const before = await kubectl.find<LiveDeployment>('deployment', name);
  if (before === undefined) throw new PenstockError('not_deployed', name);
  const stored = await storedVersion(kubectl, name, before, revision);
  if (stored === undefined) {
    const which = revision === undefined ? [] : [`--to-revision=${revision}`];
    await kubectl.must(['rollout', 'undo', `deployment/${name}`, ...which]);
  } else {
    await applyObjects(kubectl, withLiveReplicas(versionOnly(stored, name), before));
  }
  await watchRollout(kubectl, name, { timeout, progress: rolloutDisplay(name) });
  if (stored !== undefined) await recordRelease(kubectl, name, stored);
  const live = await kubectl.find<LiveDeployment>('deployment', name);
  const { labels } = live!.spec.template.metadata;
  process.stdout.write(`${name} now serves version ${labels?.['app.kubernetes.io/version'] ?? 'unknown'}\n`);
  return 0;
}

/** The manifest of a revision, or the newest one of another revision than the present. */
async function storedVersion(
  kubectl: Kubectl,
  name: string,
  live: LiveDeployment,
  revision: number | undefined,
): Promise<Objects | undefined> {
  const history = await readHistory(kubectl, name);
  if (revision !== undefined) return history.get(revision);
  return [...history].find(([of]) => of !== revisionOf(live))?.[1];
}

/** What belongs to a version. Services and bounds of an autoscaler stay as they are. */
function versionOnly(objects: Objects, name: string): Objects {
  const own = new Set([`Deployment/${name}`, `ConfigMap/${name}-config`]);
  return objects.filter(({ kind, metadata }) => own.has(`${kind}/${metadata.name}`));
}
