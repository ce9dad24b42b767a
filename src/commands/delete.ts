import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { madeObjects } from '../kubernetes/apply.js';
import { connect } from './cluster.js';

/** Deletes everything that deploying under this name has made, the Secret of its sessions too. */
export async function remove(name: string, config: Config, canaryOnly: boolean): Promise<number> {
  const kubectl = connect(config);
  const made = await madeObjects(kubectl, name, ['secret']);
  // What shares requests with the canary goes by deploying without it; its pods go now.
  const wanted = canaryOnly
    ? made.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === `${name}-canary`)
    : made;
  if (wanted.length === 0) throw new PenstockError('not_deployed', canaryOnly ? `${name}-canary` : name);
  for (const { kind, metadata } of wanted) {
    process.stdout.write(await kubectl.must(['delete', kind, metadata.name, '--ignore-not-found']));
  }
  return 0;
}
