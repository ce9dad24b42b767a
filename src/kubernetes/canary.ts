import { PenstockError } from '../errors.js';
import type { Kubectl } from './kubectl.js';
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

/** A gateway would send the canary's share to pods that do not serve yet: so it gets none until they do. */
export function withoutShare(values: Values): Values {
  return { ...values, canary: { ...values.canary, weight: 0, stableWeight: 100 } };
}

interface LiveRoute {
  readonly spec: {
    readonly rules: readonly { readonly backendRefs: readonly { readonly port: number }[] }[];
  };
}

/** Gives the canary's share of a route back; without a route the Service does that by itself. */
export async function endShare(kubectl: Kubectl, name: string): Promise<void> {
  const kind = 'httproute.gateway.networking.k8s.io';
  const { ok, stdout } = await kubectl.run(['get', kind, name, '--output', 'json']);
  const port = ok ? (JSON.parse(stdout) as LiveRoute).spec.rules[0]?.backendRefs[0]?.port : undefined;
  if (port === undefined) return;
  const patch = [{ op: 'replace', path: '/spec/rules/0/backendRefs', value: [{ name, port, weight: 1 }] }];
  await kubectl.must(['patch', kind, name, '--type=json', '--patch', JSON.stringify(patch)]);
}
