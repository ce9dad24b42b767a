import { applyObjects, prune } from '../kubernetes/apply.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { readHistory, recordRelease, revisionOf, withLiveReplicas } from '../kubernetes/release-history.js';
import type { Values } from '../kubernetes/values.js';

/** A rollout that failed. */
interface Failed {
  readonly kubectl: Kubectl;
  readonly values: Values;
  /** The Deployment before; undefined if this was the first. */
  readonly live: LiveDeployment | undefined;
}

/**
 * Restores what was there before a version that failed: the manifest that last became ready. The old pods have kept
 * serving.
 *
 * @returns what was done, for the user
 */
export async function undoRollout({ kubectl, live, values }: Failed): Promise<string> {
  const { canary, name } = values;
  if (canary.enabled) {
    await kubectl.must(['scale', `deployment/${name}-canary`, '--replicas=0']);
    return `scaled ${name}-canary to 0 pods; ${name} is still serving\n`;
  }
  if (live === undefined) return '';
  const said = `rolled back: the previous version of ${name} is still serving\n`;
  const [last] = (await readHistory(kubectl, name)).values();
  if (last !== undefined) {
    const objects = withLiveReplicas(last, live);
    await applyObjects(kubectl, objects);
    await prune(kubectl, name, objects);
    await recordRelease(kubectl, name, objects);
    return said;
  }
  // Without a stored manifest, there is an older template only if this rollout changed it.
  const now = await kubectl.find<LiveDeployment>('deployment', name);
  if (now === undefined || revisionOf(now) === revisionOf(live)) return '';
  const { ok } = await kubectl.run(['rollout', 'undo', `deployment/${name}`]);
  return ok ? said : '';
}
