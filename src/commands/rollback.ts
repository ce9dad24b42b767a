import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { watchRollout } from '../kubernetes/rollout.js';
import { connect, rolloutDisplay } from './cluster.js';

export interface RollbackOptions {
  /** A revision of `kubectl rollout history`; the previous one by default. */
  readonly revision: number | undefined;
  /** How long the rollout may take, in ms. */
  readonly timeout: number;
}

/** Returns to an earlier version, and watches the rollout. */
export async function rollback(
  name: string,
  config: Config,
  { revision, timeout }: RollbackOptions,
): Promise<number> {
  const kubectl = connect(config);
  if ((await kubectl.find<LiveDeployment>('deployment', name)) === undefined) {
    throw new PenstockError('not_deployed', name);
  }
  const which = revision === undefined ? [] : [`--to-revision=${revision}`];
  await kubectl.must(['rollout', 'undo', `deployment/${name}`, ...which]);
  await watchRollout(kubectl, name, { timeout, progress: rolloutDisplay(name) });
  const live = await kubectl.find<LiveDeployment>('deployment', name);
  const { labels } = live!.spec.template.metadata;
  process.stdout.write(`${name} now serves version ${labels?.['app.kubernetes.io/version'] ?? 'unknown'}\n`);
  return 0;
}
