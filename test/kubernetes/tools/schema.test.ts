import { expect, test } from 'vitest';
import { pages } from '../../../scripts/docs/pages.js';
import { objectsFor } from '../../../src/kubernetes/documents.js';
import { describeSwitches, manyCombinations, plainValues } from '../switches.js';
import { wrongFields } from './fields.js';
import { type AnyObject, load, objectsIn } from './tools.js';

/** For each kind, its class in the client's models, if it has one, and the package with its schema. */
const known: Readonly<Record<string, readonly [model: string | undefined, schema: string]>> = {
  'apps/v1 Deployment': ['V1Deployment', 'kubernetes-models/apps/v1'],
  'v1 Service': ['V1Service', 'kubernetes-models/v1'],
  'policy/v1 PodDisruptionBudget': ['V1PodDisruptionBudget', 'kubernetes-models/policy/v1'],
  'autoscaling/v2 HorizontalPodAutoscaler': ['V2HorizontalPodAutoscaler', 'kubernetes-models/autoscaling/v2'],
  'v1 ConfigMap': ['V1ConfigMap', 'kubernetes-models/v1'],
  'v1 ServiceAccount': ['V1ServiceAccount', 'kubernetes-models/v1'],
  'networking.k8s.io/v1 Ingress': ['V1Ingress', 'kubernetes-models/networking.k8s.io/v1'],
  'networking.k8s.io/v1 NetworkPolicy': ['V1NetworkPolicy', 'kubernetes-models/networking.k8s.io/v1'],
  'keda.sh/v1alpha1 ScaledObject': [undefined, '@kubernetes-models/keda/keda.sh/v1alpha1'],
  'monitoring.coreos.com/v1 ServiceMonitor': [
    undefined,
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  ],
  'networking.istio.io/v1beta1 VirtualService': [
    undefined,
    '@kubernetes-models/istio/networking.istio.io/v1beta1',
  ],
  'networking.istio.io/v1beta1 DestinationRule': [
    undefined,
    '@kubernetes-models/istio/networking.istio.io/v1beta1',
  ],
  'gateway.networking.k8s.io/v1 HTTPRoute': [
    undefined,
    '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  ],
};

function faultsOf(object: AnyObject): string[] {
  const [model, schema] = known[`${object.apiVersion} ${object.kind}`]!;
  const fields = model === undefined ? [] : wrongFields(object, model, object.kind);
  const kinds = load(schema) as Record<string, new (data: unknown) => { validate(): void }>;
  const checked = structuredClone(object) as AnyObject & { spec?: { fallback?: { behavior?: string } } };
  // Since KEDA 2.17. The package with its schema needs a newer Node.
  delete checked.spec?.fallback?.behavior;
  try {
    new kinds[object.kind]!(checked).validate();
    return fields;
  } catch (error) {
    return [...fields, (error as Error).message];
  }
}

test('every object of every combination matches its schema and has no unknown fields', () => {
  const seen = new Set<string>();
  for (const values of manyCombinations()) {
    for (const object of objectsFor(values).values() as Iterable<
      AnyObject & { metadata: { name: string } }
    >) {
      const kind = `${object.apiVersion} ${object.kind}`;
      const text = JSON.stringify(object);
      // KServe publishes no schema in a package. Its containers are checked as those of a pod.
      if (kind === 'serving.kserve.io/v1alpha1 ServingRuntime') {
        const { containers } = object.spec as { containers: unknown[] };
        expect(wrongFields(containers, 'Array<V1Container>')).toEqual([]);
        continue;
      }
      // Neither does Envoy Gateway.
      if (kind === 'gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy') continue;
      if (seen.has(text)) continue;
      seen.add(text);
      expect(faultsOf(object), `${kind}, ${describeSwitches(values)}`).toEqual([]);
    }
  }
  expect(seen.size).toBeGreaterThan(10);
});

const sites = Object.keys(pages).filter((name) => name.startsWith('sites/'));

test.each(sites)('every object in docs/%s matches its schema', (name) => {
  for (const object of objectsIn(pages[name]!()).values())
    if (object.kind !== 'ServingRuntime') expect(faultsOf(object), object.kind).toEqual([]);
});

type Container = { livenessProbe: Record<string, unknown>; [field: string]: unknown };

test.each([
  [
    'an unknown field',
    (pod: Record<string, unknown>) => {
      pod.terminationGracePeriod = 5;
    },
  ],
  [
    'a misplaced field',
    (_pod: Record<string, unknown>, container: Container) => {
      container.readOnlyRootFilesystem = true;
    },
  ],
  [
    'a string in place of a number',
    (pod: Record<string, unknown>) => {
      pod.terminationGracePeriodSeconds = '77';
    },
  ],
  [
    'an unknown field of a probe',
    (_pod: Record<string, unknown>, container: Container) => {
      container.livenessProbe.period = 1;
    },
  ],
  [
    'a missing name',
    (_pod: Record<string, unknown>, container: Container) => {
      delete container.name;
    },
  ],
  [
    'a map in place of a list',
    (pod: Record<string, unknown>) => {
      pod.volumes = {};
    },
  ],
])('the schema check finds %s', (_what, damage) => {
  const object = structuredClone(objectsFor(plainValues()).get('deployment')) as unknown as {
    spec: { template: { spec: Record<string, unknown> & { containers: Container[] } } };
  };
  const pod = object.spec.template.spec;
  damage(pod, pod.containers[0]!);
  expect(faultsOf(object as unknown as AnyObject)).not.toEqual([]);
});
