import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pages } from '../../scripts/docs/pages.js';
import { manifests } from '../../src/commands/manifests.js';
import { defaultConfig } from '../../src/config/load.js';
import { documents, objectsFor } from '../../src/kubernetes/documents.js';
import { kustomization } from '../../src/kubernetes/kustomize.js';
import { valuesSchema, valueTable } from '../../src/kubernetes/value-table.js';
import { rules, valueAt } from '../../src/kubernetes/values.js';
import { brokenRules } from './manifest-rules.js';
import { describeSwitches, manyCombinations, plainValues } from './switches.js';

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
type Any = any;

const route = { enabled: true, hostnames: ['a.b'], parentRefs: [{ name: 'g' }] };

const combinations = manyCombinations();

function objectsOf(values: ReturnType<typeof plainValues>): Any[] {
  return [...objectsFor(values).values()];
}

test('combinations of optional parts, with every pair among them, follow the rules for security, shutdown and references', () => {
  expect(combinations.length).toBeGreaterThan(25);
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
  const { autoscaling, balancer, httpRoute, ingress, networkPolicy, serviceAccount, serviceMonitor } =
    plainValues();
  expect(plain).toEqual([
    'NetworkPolicy',
    'Service',
    'Service',
    'PodDisruptionBudget',
    'Deployment',
    'HorizontalPodAutoscaler',
  ]);
  for (const by of ['none', 'external'])
    expect(kinds({ autoscaling: { ...autoscaling, by } })).not.toContain('HorizontalPodAutoscaler');
  expect(added({ autoscaling: { ...autoscaling, by: 'keda' } })).toEqual(['ScaledObject']);
  expect(added({ serviceMonitor: { ...serviceMonitor, enabled: true } })).toEqual(['ServiceMonitor']);
  expect(kinds({ networkPolicy: { ...networkPolicy, enabled: false } })).not.toContain('NetworkPolicy');
  expect(added({ ingress: { ...ingress, enabled: true } })).toEqual(['Ingress']);
  expect(added({ config: 'timeout: 5m\n' })).toEqual(['ConfigMap']);
  expect(added({ serviceAccount: { ...serviceAccount, create: true } })).toEqual(['ServiceAccount']);
  expect(added({ httpRoute: { ...httpRoute, ...route } })).toEqual(['HTTPRoute']);
  expect(added({ kserve: { enabled: true } })).toEqual(['ServingRuntime']);
  expect(added({ balancer: { ...balancer, by: 'istio' } })).toEqual(['VirtualService', 'DestinationRule']);
  const gateway = { ...balancer, by: 'envoy-gateway' as const };
  expect(added({ balancer: gateway, httpRoute: { ...httpRoute, ...route } })).toEqual([
    'BackendTrafficPolicy',
    'HTTPRoute',
  ]);
});

test('Envoy Gateway tries another pod if one has no free worker, at least once more than there are pods', () => {
  const plain = plainValues();
  const balancer = { ...plain.balancer, by: 'envoy-gateway' as const };
  const values = { ...plain, balancer, httpRoute: { ...plain.httpRoute, ...route } };
  const objects = objectsOf(values);
  const [rule] = find(objects, 'HTTPRoute').spec.rules;
  expect(rule.filters[0].requestHeaderModifier.set).toEqual([
    { name: 'X-Queue-Timeout', value: '25ms; once' },
  ]);
  const { retry, targetRefs } = find(objects, 'BackendTrafficPolicy').spec;
  expect(targetRefs).toEqual([expect.objectContaining({ kind: 'HTTPRoute', name: 'mtcars' })]);
  expect(retry).toMatchObject({ numRetries: 20, retryOn: { httpStatusCodes: [425] } });
  const broken = (more: object) => rules.filter((one) => one.broken({ ...values, ...more })).length;
  expect(broken({ autoscaling: { ...plain.autoscaling, max: 16 } })).toBe(0);
  expect(broken({ autoscaling: { ...plain.autoscaling, max: 17 } })).toBe(1);
  expect(broken({ httpRoute: plain.httpRoute })).toBe(1);
});

test('a gateway splits requests by weight, and the Service selects both Deployments', () => {
  const values = {
    ...plainValues(),
    httpRoute: { ...plainValues().httpRoute, ...route },
    canary: { enabled: true, image: 'mtcars:2', version: '2', replicas: 1, weight: 10, stableWeight: 90 },
  };
  const objects = objectsOf(values);
  const backends = find(objects, 'HTTPRoute').spec.rules[0].backendRefs;
  expect(backends).toEqual([
    { name: 'mtcars-stable', port: 80, weight: 90 },
    { name: 'mtcars-canary', port: 80, weight: 10 },
  ]);
  expect(find(objects, 'Service').spec.selector).not.toHaveProperty('track');
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
      typeof member === 'object' && !Array.isArray(member) && Object.keys(member).length > 0
        ? leaves(member, `${path}${key}.`)
        : [`${path}${key}`],
    );
  const documented = valueTable.map(({ path }) => path).sort();
  expect(documented).toEqual(
    leaves(plain)
      .filter((path) => !['name', 'namespace', 'managedBy', 'chart'].includes(path))
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

test("selects the app's own pods, and not those of another chart with the same name", () => {
  const other = { 'app.kubernetes.io/name': 'mtcars', 'app.kubernetes.io/instance': 'shop' };
  for (const { kind, spec } of objectsOf(plainValues())) {
    const found = { Service: spec.selector, PodDisruptionBudget: spec.selector?.matchLabels }[kind as string];
    if (found !== undefined)
      expect(Object.entries(found).every(([key, value]) => other[key as keyof typeof other] === value)).toBe(
        false,
      );
  }
});

test('pods are spread over the nodes of a cluster without zones, and over zones where there are any', () => {
  const pod = find(objectsOf(plainValues()), 'Deployment').spec.template.spec;
  // The scheduler ignores a node that lacks the label of any constraint.
  const keys = pod.topologySpreadConstraints.map(({ topologyKey }: Any) => topologyKey);
  expect(keys).toEqual(['kubernetes.io/hostname']);
  const [zones] = pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
  expect(zones.podAffinityTerm).toMatchObject({
    topologyKey: 'topology.kubernetes.io/zone',
    matchLabelKeys: ['pod-template-hash'],
  });
});

test('an autoscaler of the user keeps its number of pods when the manifests are applied again', () => {
  const plain = plainValues();
  const scaled = { ...plain, autoscaling: { ...plain.autoscaling, by: 'external' as const } };
  expect(find(objectsOf(scaled), 'Deployment').spec).not.toHaveProperty('replicas');
});

test('a rollout replaces a quarter of the pods at once', () => {
  expect(find(objectsOf(plainValues()), 'Deployment').spec.strategy.rollingUpdate).toEqual({
    maxSurge: '25%',
    maxUnavailable: 0,
  });
});

test('the admin port answers probes and metrics, and all else only with the token of a Secret', () => {
  const { env } = find(objectsOf(plainValues()), 'Deployment').spec.template.spec.containers[0];
  const variable = (wanted: string) => env.find(({ name }: Any) => name === wanted);
  expect(variable('PENSTOCK_ADMIN_OPEN').value).toBe('false');
  expect(variable('PENSTOCK_ADMIN_METRICS_OPEN').value).toBe('true');
  expect(variable('PENSTOCK_ADMIN_TOKEN').valueFrom.secretKeyRef).toEqual({
    name: 'mtcars-admin-token',
    key: 'token',
    optional: true,
  });
});

test('the network policy opens the public port, and the admin port only to monitoring and the own pods', () => {
  const { spec } = find(objectsOf(plainValues()), 'NetworkPolicy');
  expect(spec.policyTypes).toEqual(['Ingress']);
  const [everyone, admin] = spec.ingress;
  expect(everyone).toEqual({ ports: [{ port: 8000, protocol: 'TCP' }] });
  expect(admin.from).toHaveLength(2);
  expect(admin.from[0].namespaceSelector.matchLabels).toEqual({
    'kubernetes.io/metadata.name': 'monitoring',
  });
});

test('pods are replaced when their configuration file changes', () => {
  const annotations = (config: string) =>
    find(objectsOf({ ...plainValues(), config }), 'Deployment').spec.template.metadata.annotations;
  expect(annotations('timeout: 5m\n')).not.toEqual(annotations('timeout: 6m\n'));
  expect(annotations('')).not.toHaveProperty(['checksum/config']);
});

test('objects name their namespace if there is one, and KEDA asks the Service in it', () => {
  const plain = plainValues();
  const values = { ...plain, namespace: 'apis', autoscaling: { ...plain.autoscaling, by: 'keda' as const } };
  const objects = objectsOf(values);
  expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['apis']));
  const [trigger] = find(objects, 'ScaledObject').spec.triggers;
  expect(trigger.metadata.url).toBe('http://mtcars-admin.apis.svc:9000/scale');
  expect(objectsOf(plain).some(({ metadata }) => 'namespace' in metadata)).toBe(false);
});

test('KServe serves a model under the name of its InferenceService, with a runtime of one namespace', () => {
  const runtime = find(objectsOf({ ...plainValues(), kserve: { enabled: true } }), 'ServingRuntime');
  expect(runtime.spec.containers[0].args).toEqual(['serve', '/mnt/models', '--model-name', '{{.Name}}']);
});

test('with HAProxy in front of the pods, the Service leads to it, and it reaches the pods', () => {
  const plain = plainValues();
  const own = { podSelector: { matchLabels: { app: 'gateway' } } };
  const networkPolicy = { ...plain.networkPolicy, from: [own] };
  const objects = objectsOf({ ...plain, networkPolicy, balancer: { ...plain.balancer, by: 'haproxy' } });
  const named = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const { labels } = named('Deployment', 'mtcars-balancer').spec.template.metadata;
  expect(named('Service', 'mtcars').spec.selector).toEqual(labels);
  const [requests] = named('NetworkPolicy', 'mtcars').spec.ingress;
  expect(requests.from).toEqual([own, { podSelector: { matchLabels: labels } }]);
  expect(named('Service', 'mtcars-admin').spec.selector).not.toEqual(labels);
  const config = named('ConfigMap', 'mtcars-balancer').data['haproxy.cfg'];
  expect(config).toContain('retries 20\n  retry-on conn-failure 425\n');
});

const overlays = (values: ReturnType<typeof plainValues>) =>
  [...kustomization(values)].filter(([path]) => path.startsWith('overlays/'));

test('overlays, which are written once, depend neither on the version nor on the number of pods', () => {
  const plain = plainValues();
  const { autoscaling } = plain;
  const later = { ...plain, image: 'mtcars:2', version: '2', replicas: 7 };
  expect(overlays(later)).toEqual(overlays(plain));
  expect(overlays({ ...later, autoscaling: { ...autoscaling, by: 'none' } })).toEqual(overlays(plain));
});

test('a base that is written again has no files of options that were on before', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'penstock-base-'));
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    writeFileSync(join(directory, 'plumber.R'), '');
    const app = { kind: 'plumber', directory, file: join(directory, 'plumber.R'), entry: 'file' } as const;
    const config = { ...defaultConfig(), memory: 512 * 1024 ** 2 };
    const out = { kustomize: join(directory, 'deploy'), helm: undefined, measure: false };
    await manifests(app, config, out);
    writeFileSync(join(directory, 'deploy/base/own.yaml'), '');
    await manifests(app, { ...config, pods: { min: 3, max: 3 } }, out);
    const files = readdirSync(join(directory, 'deploy/base'));
    expect(files).toEqual(expect.arrayContaining(['deployment.yaml', 'own.yaml']));
    expect(files).not.toContain('autoscaler.yaml');
  } finally {
    written.mockRestore();
    rmSync(directory, { recursive: true });
  }
});

const sites = Object.keys(pages).filter((name) => name.startsWith('sites/'));

test.each(sites)('the manifests in docs/%s follow the rules', (name) => {
  const objects = parseAllDocuments(pages[name]!()).map((document) => document.toJS());
  expect(objects.length).toBeGreaterThan(4);
  expect(brokenRules(objects)).toEqual([]);
});
