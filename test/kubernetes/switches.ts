import { defaultConfig } from '../../src/config/load.js';
import { valuesFor } from '../../src/kubernetes/app-values.js';
import type { Values } from '../../src/kubernetes/values.js';

const measured = { loadTime: 1500, memory: 90 * 1024 ** 2, longestTimeout: 0, hazards: [] };

/** The values of a deployment without options. */
export function plainValues(): Values {
  return valuesFor({ name: 'mtcars', version: '0123456789ab', config: defaultConfig(), measured });
}

type Change = (values: Values) => Values;

/** The optional parts, each with what it adds to the values. */
const switches: Readonly<Record<string, Change>> = {
  serviceMonitor: (values) => ({
    ...values,
    serviceMonitor: { ...values.serviceMonitor, enabled: true, labels: { release: 'prometheus' } },
  }),
  httpRoute: (values) => ({
    ...values,
    httpRoute: {
      enabled: true,
      annotations: { note: 'a: "b"' },
      parentRefs: [{ name: 'public', namespace: 'infra', sectionName: 'https' }],
      hostnames: ['api.example.org', 'www.example.org'],
      matches: ['/a', '/b'].map((value) => ({ path: { type: 'PathPrefix', value } })),
      timeouts: { request: '60s' },
    },
  }),
  ingress: (values) => ({
    ...values,
    ingress: {
      enabled: true,
      className: 'nginx',
      annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
      hosts: ['api.example.org', 'www.example.org'].map((host) => ({
        host,
        paths: [
          { path: '/', pathType: 'Prefix' },
          { path: '/x', pathType: 'Exact' },
        ],
      })),
      tls: [{ secretName: 'api-tls', hosts: ['api.example.org'] }],
    },
    service: { ...values.service, annotations: { a: 'b' }, loadBalancerClass: 'c', type: 'LoadBalancer' },
  }),
  openNetwork: (values) => ({ ...values, networkPolicy: { ...values.networkPolicy, enabled: false } }),
  strictNetwork: (values) => ({
    ...values,
    networkPolicy: {
      enabled: true,
      from: [{ podSelector: { matchLabels: { app: 'gateway' } } }],
      monitoringNamespace: 'prometheus',
      adminFrom: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
      restrictEgress: true,
      egress: [{ to: [{ ipBlock: { cidr: '10.1.0.0/16' } }], ports: [{ port: 5432, protocol: 'TCP' }] }],
    },
  }),
  kserve: (values) => ({ ...values, kserve: { enabled: true } }),
  canary: (values) => ({
    ...values,
    canary: { ...values.canary, enabled: true, image: 'mtcars:fedcba987654', version: 'fedcba987654' },
  }),
  haproxy: (values) => ({ ...values, balancer: { ...values.balancer, by: 'haproxy' } }),
  istio: (values) => ({ ...values, balancer: { ...values.balancer, by: 'istio' } }),
  envoyGateway: (values) => ({
    ...values,
    httpRoute: {
      ...values.httpRoute,
      enabled: true,
      parentRefs: [{ name: 'web' }],
      hostnames: ['api.example.org'],
    },
    balancer: { ...values.balancer, by: 'envoy-gateway' },
  }),
  session: (values) => ({ ...values, session: { ...values.session, secret: 'mtcars-session' } }),
  config: (values) => ({ ...values, config: 'rules:\n  - path: /*\n    allow: anyone\n' }),
  environment: (values) => ({
    ...values,
    env: [
      { name: 'PENSTOCK_TIMEOUT', value: '5m' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    ],
    envFrom: [{ secretRef: { name: 'db' } }],
  }),
  volumes: (values) => ({
    ...values,
    volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }],
    volumeMounts: [{ name: 'models', mountPath: '/models', readOnly: true }],
    initContainers: [
      { name: 'fetch', image: 'fetcher:1', volumeMounts: [{ name: 'models', mountPath: '/m' }] },
    ],
    extraContainers: [{ name: 'proxy', image: 'proxy:1' }],
  }),
  placement: (values) => ({
    ...values,
    priorityClassName: 'high',
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'r', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'r', operator: 'Exists' }] }],
        },
      },
    },
    podAnnotations: { 'sidecar.istio.io/inject': 'false' },
    podLabels: { team: 'data' },
    imagePullSecrets: [{ name: 'registry' }],
  }),
  identity: (values) => ({
    ...values,
    user: 0,
    serviceAccount: {
      create: true,
      name: '',
      annotations: { 'eks.amazonaws.com/role-arn': 'arn' },
      automount: false,
    },
  }),
  namespace: (values) => ({ ...values, namespace: 'apis' }),
};

const scalers = ['none', 'cpu', 'keda', 'external'] as const;

/** Combinations of the optional parts in which each pair of settings occurs, and each part alone. */
export function manyCombinations(): Values[] {
  const names = Object.keys(switches);
  const sets: string[][] = [[], names, ...names.map((name) => [name])];
  // The bits of the index tell two parts apart, so each pair is once both on, once off, and once each way.
  for (let bit = 0; 1 << bit < names.length; bit += 1) {
    for (const wanted of [0, 1]) sets.push(names.filter((_, index) => ((index >> bit) & 1) === wanted));
  }
  return sets.flatMap((set, index) => {
    const some = index < 2 ? scalers : [scalers[index % scalers.length]!];
    return some.map((by) => withParts(set, by));
  });
}

function withParts(names: readonly string[], by: Values['autoscaling']['by']): Values {
  const plain = plainValues();
  const start: Values = { ...plain, autoscaling: { ...plain.autoscaling, by } };
  return names.reduce((values, name) => switches[name]!(values), start);
}

/** Lists the enabled parts, for failure messages. */
export function describeSwitches(values: Values): string {
  const plain = JSON.parse(JSON.stringify(plainValues())) as Record<string, unknown>;
  const changed = Object.entries(values).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(plain[key]),
  );
  return changed.map(([key]) => key).join(', ');
}
