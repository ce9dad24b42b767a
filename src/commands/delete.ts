import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { deployedObjects } from '../kubernetes/apply.js';
import { endTrafficSplit } from '../kubernetes/canary.js';
import { connect } from './cluster.js';

/** Deletes all objects of a deployment, including its Secrets. */
export async function remove(name: string, config: Config, canaryOnly: boolean): Promise<number> {
  const kubectl = connect(config);
  const all = await deployedObjects(kubectl, name, ['secret']);
  // The Service of the stable pods exists only for the traffic split with the canary.
  const ofCanary = all.filter(
    ({ kind, metadata }) =>
      metadata.name === `${name}-canary` ||
      metadata.name === `${name}-canary-config` ||
      (kind === 'Service' && metadata.name === `${name}-stable`),
  );
  const objects = canaryOnly ? ofCanary : all;
  if (objects.length === 0) throw new PenstockError('not_deployed', canaryOnly ? `${name}-canary` : name);
  if (canaryOnly) await endTrafficSplit(kubectl, name);
  for (const { kind, metadata } of objects) {
    process.stdout.write(await kubectl.must(['delete', kind, metadata.name, '--ignore-not-found']));
  }
  return 0;
}
