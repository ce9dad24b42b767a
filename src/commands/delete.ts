import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { madeObjects } from '../kubernetes/apply.js';
import { endShare } from '../kubernetes/canary.js';
import { connect } from './cluster.js';

/** Deletes everything that deploying under this name has made, the Secret of its sessions too. */
export async function remove(name: string, config: Config, canaryOnly: boolean): Promise<number> {
  const kubectl = connect(config);
  const made = await madeObjects(kubectl, name, ['secret']);
  const canary = made.filter(({ metadata }) => metadata.name === `${name}-canary`);
  // It divides the app's pods between the two, and is of no use without the canary.
  const divided = made.filter(
    ({ kind, metadata }) => kind === 'Service' && metadata.name === `${name}-stable`,
  );
  const wanted = canaryOnly ? [...canary, ...divided] : made;
  if (wanted.length === 0) throw new PenstockError('not_deployed', canaryOnly ? `${name}-canary` : name);
  if (canaryOnly) await endShare(kubectl, name);
  for (const { kind, metadata } of wanted) {
    process.stdout.write(await kubectl.must(['delete', kind, metadata.name, '--ignore-not-found']));
  }
  return 0;
}
