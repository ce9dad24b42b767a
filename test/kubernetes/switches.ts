import { defaultConfig } from '../../src/config/load.js';
import { valuesFor } from '../../src/kubernetes/app-values.js';
import type { Values } from '../../src/kubernetes/values.js';

const measured = { loadTime: 1500, memory: 90 * 1024 ** 2, longestTimeout: 0, hazards: [] };

/** The values of a deployment without options. */
export function plainValues(): Values {
  return valuesFor({ name: 'mtcars', version: '0123456789ab', config: defaultConfig(), measured });
}

const onOff = [false, true];

/** Every combination of the optional parts. */
export function everyCombination(): Values[] {
  const plain = plainValues();
  const found: Values[] = [];
  for (const by of ['none', 'cpu', 'keda'] as const)
    for (const serviceMonitor of onOff)
      for (const httpRoute of onOff)
        for (const networkPolicy of onOff)
          for (const kserve of onOff)
            for (const canary of onOff)
              for (const session of onOff) {
                found.push({
                  ...plain,
                  autoscaling: { ...plain.autoscaling, by },
                  serviceMonitor: { ...plain.serviceMonitor, enabled: serviceMonitor },
                  httpRoute: httpRoute
                    ? { enabled: true, host: 'api.example.org', gateway: 'public', gatewayNamespace: 'infra' }
                    : plain.httpRoute,
                  networkPolicy: { ...plain.networkPolicy, enabled: networkPolicy },
                  kserve: { enabled: kserve },
                  canary: canary
                    ? {
                        ...plain.canary,
                        enabled: true,
                        image: 'mtcars:fedcba987654',
                        version: 'fedcba987654',
                      }
                    : plain.canary,
                  session: { ...plain.session, secret: session ? 'mtcars-session' : '' },
                });
              }
  return found;
}

/** Lists the enabled parts, for failure messages. */
export function describeSwitches({
  autoscaling,
  canary,
  httpRoute,
  kserve,
  networkPolicy,
  serviceMonitor,
  session,
}: Values): string {
  const on = {
    serviceMonitor: serviceMonitor.enabled,
    httpRoute: httpRoute.enabled,
    networkPolicy: networkPolicy.enabled,
    kserve: kserve.enabled,
    canary: canary.enabled,
    session: session.secret !== '',
  };
  const names = Object.entries(on).flatMap(([name, isOn]) => (isOn ? [name] : []));
  return [`autoscaling by ${autoscaling.by}`, ...names].join(', ');
}
