import { expect, test } from 'vitest';
import { objectsFor } from '../../../src/kubernetes/documents.js';
import { describeSwitches, everyCombination, plainValues } from '../switches.js';
import { wrongFields } from './fields.js';
import { type AnyObject, load } from './tools.js';

/** Kinds of Kubernetes itself: their class in the client's models, and where the schema stands. */
const known: Readonly<Record<string, readonly [model: string | undefined, schema: string]>> = {
  'apps/v1 Deployment': ['V1Deployment', 'kubernetes-models/apps/v1'],
  'v1 Service': ['V1Service', 'kubernetes-models/v1'],
  'policy/v1 PodDisruptionBudget': ['V1PodDisruptionBudget', 'kubernetes-models/policy/v1'],
  'autoscaling/v2 HorizontalPodAutoscaler': ['V2HorizontalPodAutoscaler', 'kubernetes-models/autoscaling/v2'],
  'networking.k8s.io/v1 NetworkPolicy': ['V1NetworkPolicy', 'kubernetes-models/networking.k8s.io/v1'],
  'keda.sh/v1alpha1 ScaledObject': [undefined, '@kubernetes-models/keda/keda.sh/v1alpha1'],
  'monitoring.coreos.com/v1 ServiceMonitor': [
    undefined,
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
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
  try {
    new kinds[object.kind]!(structuredClone(object)).validate();
    return fields;
  } catch (error) {
    return [...fields, (error as Error).message];
  }
}

test('every object of every combination is what the schemas ask for, without unknown fields', () => {
  const seen = new Set<string>();
  for (const values of everyCombination()) {
    for (const object of objectsFor(values).values() as Iterable<
      AnyObject & { metadata: { name: string } }
    >) {
      const kind = `${object.apiVersion} ${object.kind}`;
      const text = JSON.stringify(object);
      // KServe publishes no schema in a package: its part is a pod's container, which is checked as one.
      if (kind === 'serving.kserve.io/v1alpha1 ClusterServingRuntime') {
        const { containers } = object.spec as { containers: unknown[] };
        expect(wrongFields(containers, 'Array<V1Container>')).toEqual([]);
        continue;
      }
      if (seen.has(text)) continue;
      seen.add(text);
      expect(faultsOf(object), `${kind}, ${describeSwitches(values)}`).toEqual([]);
    }
  }
  expect(seen.size).toBeGreaterThan(10);
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
    'a number as text',
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
    'a list that is a map',
    (pod: Record<string, unknown>) => {
      pod.volumes = {};
    },
  ],
])('the check itself finds %s', (_what, spoil) => {
  const object = structuredClone(objectsFor(plainValues()).get('deployment')) as unknown as {
    spec: { template: { spec: Record<string, unknown> & { containers: Container[] } } };
  };
  const pod = object.spec.template.spec;
  spoil(pod, pod.containers[0]!);
  expect(faultsOf(object as unknown as AnyObject)).not.toEqual([]);
});
