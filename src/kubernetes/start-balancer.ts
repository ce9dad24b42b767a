import { setTimeout as delay } from 'node:timers/promises';
import { PenstockError } from '../errors.js';
import { applyObjects, type Objects } from './apply.js';
import type { Kubectl } from './kubectl.js';
import type { LiveDeployment } from './live-objects.js';
import { balancerName } from './resources/names.js';

const CHECK_MS = 1000;

/** Starts a new HAProxy before the Service leads to it, so that a running app stays available. */
export async function startBalancer(
  kubectl: Kubectl,
  name: string,
  objects: Objects,
  timeout: number,
): Promise<void> {
  const balancer = balancerName(name);
  const find = () => kubectl.find<LiveDeployment>('deployment', balancer);
  const isWanted = objects.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name === balancer);
  if (!isWanted || (await find()) !== undefined) return;
  // The policy of the app lets HAProxy check its pods.
  const first = objects.filter(
    ({ kind, metadata }) => kind === 'NetworkPolicy' || metadata.name === balancer,
  );
  process.stderr.write(await applyObjects(kubectl, first));
  const deadline = performance.now() + timeout;
  for (;;) {
    const live = await find();
    if ((live?.status?.readyReplicas ?? 0) >= (live?.spec.replicas ?? 1)) return;
    if (performance.now() > deadline)
      throw new PenstockError(
        'rollout_unfinished',
        `${balancer} is not ready. The Service still leads to the pods of ${name}.`,
      );
    await delay(CHECK_MS);
  }
}
