import { PenstockError } from '../errors.js';
import type { Objects } from './apply.js';
import type { Kubectl } from './kubectl.js';
import type { LiveDeployment } from './live-objects.js';
import type { Values } from './values.js';

/**
 * Adds the new version as a canary. A gateway sends it `percent` of the requests. Without a gateway, the Service spreads
 * requests evenly over all pods, so the number of canary pods approximates the share.
 */
export function withCanary(values: Values, live: LiveDeployment | undefined, percent: number): Values {
  if (live === undefined) {
    throw new PenstockError('not_deployed', `Deploy ${values.name} before you add a canary.`);
  }
  const stablePods = live.spec.replicas ?? 1;
  return {
    ...values,
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

/** A gateway must not send requests to the canary before its pods are ready. */
export function withoutCanaryTraffic(values: Values): Values {
  return { ...values, canary: { ...values.canary, weight: 0, stableWeight: 100 } };
}

/** The objects of the canary and of the traffic split. The options of a canary must not change the running version. */
export function canaryObjects(objects: Objects, name: string): Objects {
  const own = new Set([
    `Deployment/${name}-canary`,
    `ConfigMap/${name}-canary-config`,
    `Service/${name}-canary`,
    `Service/${name}-stable`,
    `HTTPRoute/${name}`,
  ]);
  return objects.filter(({ kind, metadata }) => own.has(`${kind}/${metadata.name}`));
}

interface LiveRoute {
  readonly spec: {
    readonly rules: readonly { readonly backendRefs: readonly { readonly port: number }[] }[];
  };
}

/** Routes all requests to the stable version. Without a route, the Service does this itself. */
export async function endTrafficSplit(kubectl: Kubectl, name: string): Promise<void> {
  const kind = 'httproute.gateway.networking.k8s.io';
  const { ok, stdout } = await kubectl.run(['get', kind, name, '--output', 'json']);
  const port = ok ? (JSON.parse(stdout) as LiveRoute).spec.rules[0]?.backendRefs[0]?.port : undefined;
  if (port === undefined) return;
  const patch = [{ op: 'replace', path: '/spec/rules/0/backendRefs', value: [{ name, port, weight: 1 }] }];
  await kubectl.must(['patch', kind, name, '--type=json', '--patch', JSON.stringify(patch)]);
}
