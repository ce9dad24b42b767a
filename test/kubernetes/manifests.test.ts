import { expect, test } from 'vitest';
import { documents, objectsFor } from '../../src/kubernetes/documents.js';
import { valuesSchema, valueTable } from '../../src/kubernetes/value-table.js';
import { rules, valueAt } from '../../src/kubernetes/values.js';
import { brokenRules } from './manifest-rules.js';
import { describeSwitches, everyCombination, plainValues } from './switches.js';

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
type Any = any;

const combinations = everyCombination();

function objectsOf(values: ReturnType<typeof plainValues>): Any[] {
  return [...objectsFor(values).values()];
}

test('every combination of optional parts follows the rules for security, shutdown and references', () => {
  expect(combinations).toHaveLength(192);
  for (const values of combinations) {
    expect(brokenRules(objectsOf(values)), describeSwitches(values)).toEqual([]);
  }
});

test.each([
  [
    'a selector that does not match the pods',
    (set: Any[]) => {
      find(set, 'Deployment').spec.selector.matchLabels.track = 'other';
    },
    /selector finds/,
  ],
  [
    'an autoscaler whose minimum exceeds its maximum',
    (set: Any[]) => {
      find(set, 'HorizontalPodAutoscaler').spec.minReplicas = 11;
    },
    /min is over max/,
  ],
  [
    'a Service port that no container has',
    (set: Any[]) => {
      find(set, 'Service').spec.ports[0].targetPort = 'web';
    },
    /no port web/,
  ],
  [
    'a probe without a handler',
    (set: Any[]) => {
      find(set, 'Deployment').spec.template.spec.containers[0].livenessProbe = { periodSeconds: 1 };
    },
    /livenessProbe/,
  ],
  [
    'a grace period too short for running requests',
    (set: Any[]) => {
      find(set, 'Deployment').spec.template.spec.terminationGracePeriodSeconds = 30;
    },
    /grace period/,
  ],
  [
    'a container with a writable root file system',
    (set: Any[]) => {
      find(set, 'Deployment').spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem = false;
    },
    /read-only/,
  ],
])('the rules catch %s', (_what, damage, message) => {
  const objects = structuredClone(objectsOf(plainValues()));
  damage(objects);
  expect(brokenRules(objects).join()).toMatch(message);
});

function find(objects: Any[], kind: string): Any {
  return objects.find((object) => object.kind === kind);
}

test('each option adds its own object and no other', () => {
  const kinds = (change: object) => objectsOf({ ...plainValues(), ...change }).map(({ kind }) => kind);
  const plain = kinds({});
  const added = (change: object) => kinds(change).filter((kind) => !plain.includes(kind));
  const { autoscaling, httpRoute, networkPolicy, serviceMonitor } = plainValues();
  expect(plain).toEqual([
    'Service',
    'Service',
    'PodDisruptionBudget',
    'Deployment',
    'HorizontalPodAutoscaler',
  ]);
  expect(kinds({ autoscaling: { ...autoscaling, by: 'none' } })).not.toContain('HorizontalPodAutoscaler');
  expect(added({ autoscaling: { ...autoscaling, by: 'keda' } })).toEqual(['ScaledObject']);
  expect(added({ serviceMonitor: { ...serviceMonitor, enabled: true } })).toEqual(['ServiceMonitor']);
  expect(added({ networkPolicy: { ...networkPolicy, enabled: true } })).toEqual(['NetworkPolicy']);
  expect(added({ httpRoute: { ...httpRoute, enabled: true, host: 'a.b', gateway: 'g' } })).toEqual([
    'HTTPRoute',
  ]);
  expect(added({ kserve: { enabled: true } })).toEqual(['ClusterServingRuntime']);
});

test('a gateway splits requests by weight, and the Service selects both Deployments', () => {
  const values = {
    ...plainValues(),
    httpRoute: { enabled: true, host: 'a.b', gateway: 'g', gatewayNamespace: '' },
    canary: { enabled: true, image: 'mtcars:2', version: '2', replicas: 1, weight: 10, stableWeight: 90 },
  };
  const objects = objectsOf(values);
  const backends = find(objects, 'HTTPRoute').spec.rules[0].backendRefs;
  expect(backends).toEqual([
    { name: 'mtcars-stable', port: 80, weight: 90 },
    { name: 'mtcars-canary', port: 80, weight: 10 },
  ]);
  expect(find(objects, 'Service').spec.selector).toEqual({ 'app.kubernetes.io/name': 'mtcars' });
  const canary = objects.find(
    ({ metadata }) => metadata.name === 'mtcars-canary' && 'replicas' in metadata === false && true,
  );
  expect(canary.spec.template.spec.containers[0].image).toBe('mtcars:2');
});

test('pods get the session key from a Secret', () => {
  const plain = plainValues();
  const values = { ...plain, session: { ...plain.session, secret: 'keys' } };
  const { env } = find(objectsOf(values), 'Deployment').spec.template.spec.containers[0];
  expect(env).toContainEqual({
    name: 'SESSION_KEY',
    valueFrom: { secretKeyRef: { name: 'keys', key: 'key' } },
  });
});

test('every value is documented and has a valid default', () => {
  const plain = plainValues();
  const leaves = (value: object, path = ''): string[] =>
    Object.entries(value).flatMap(([key, member]) =>
      typeof member === 'object' && !Array.isArray(member) && key !== 'nodeSelector'
        ? leaves(member, `${path}${key}.`)
        : [`${path}${key}`],
    );
  const documented = valueTable.map(({ path }) => path).sort();
  expect(documented).toEqual(
    leaves(plain)
      .filter((path) => path !== 'name' && path !== 'namespace')
      .sort(),
  );
  const { properties } = JSON.parse(valuesSchema());
  expect(Object.keys(properties)).toContain('autoscaling');
  for (const { path, doc } of valueTable) {
    expect(valueAt(plain, path), path).toBeDefined();
    expect(doc).toMatch(/\.$/);
  }
  expect(rules.filter(({ broken }) => broken(plain))).toEqual([]);
  expect(new Set(documents.map(({ name }) => name)).size).toBe(documents.length);
});
