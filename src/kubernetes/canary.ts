import { PenstockError } from '../errors.js';
import type { LiveDeployment } from './live-objects.js';
import type { Values } from './values.js';

/**
 * The new version as a canary beside the one that runs. A gateway gives it `percent` of the requests; without one, the
 * Service shares them among all pods alike, and the canary gets as many pods as come nearest.
 */
export function withCanary(values: Values, live: LiveDeployment | undefined, percent: number): Values {
  const { labels } = live?.metadata ?? {};
  const image = live?.spec.template.spec.containers[0]?.image;
  const version = live?.spec.template.metadata.labels?.['app.kubernetes.io/version'] ?? labels?.version;
  if (image === undefined || version === undefined) {
    throw new PenstockError('not_deployed', `A canary needs ${values.name} beside it.`);
  }
  const stablePods = live?.spec.replicas ?? 1;
  return {
    ...values,
    image,
    version,
    canary: {
      enabled: true,
      image: values.image,
      version: values.version,
      replicas: Math.max(1, Math.round((stablePods * percent) / (100 - percent))),
      weight: percent,
      stableWeight: 100 - percent,
    },
  };
}
