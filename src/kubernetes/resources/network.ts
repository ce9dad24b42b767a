import { each, item, type Template, value, when } from '../template.js';
import { QUEUE_TIMEOUT } from './balancer.js';
import { adminPort, balancerPort, balancerSelector, metadata, named, publicPort, selector } from './names.js';

const namespaceOf = (name: Template): Template => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

const haproxy = { path: 'balancer.by', is: 'haproxy' } as const;
const fromBalancer: Template = { podSelector: { matchLabels: balancerSelector } };

/** Keeps clients off the status port of HAProxy, which kubelet reaches all the same. */
export const balancerPolicy: Template = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(named('balancer')),
  spec: {
    podSelector: { matchLabels: balancerSelector },
    policyTypes: ['Ingress'],
    ingress: [
      {
        ports: [{ port: balancerPort, protocol: 'TCP' }],
        from: when('networkPolicy.from', value('networkPolicy.from')),
      },
      { from: [namespaceOf(value('networkPolicy.monitoringNamespace'))] },
    ],
  },
};

/**
 * Allows only these connections to the pods: to the public port, and to the admin port from monitoring and from the app's
 * own pods, so that one pod can report on all (`penstock status`). Connections from the pods are restricted only on
 * request, because nothing else knows which databases and services the app uses.
 */
export const networkPolicy: Template = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(),
  spec: {
    podSelector: { matchLabels: selector() },
    policyTypes: ['Ingress', when('networkPolicy.restrictEgress', 'Egress')],
    ingress: [
      {
        ports: [{ port: publicPort, protocol: 'TCP' }],
        from: when('networkPolicy.from', [each('networkPolicy.from'), when(haproxy, fromBalancer)]),
      },
      {
        from: [
          namespaceOf(value('networkPolicy.monitoringNamespace')),
          { podSelector: { matchLabels: selector() } },
          when({ path: 'autoscaling.by', is: 'keda' }, namespaceOf('keda')),
          when(haproxy, fromBalancer),
          each('networkPolicy.adminFrom'),
        ],
        ports: [{ port: adminPort, protocol: 'TCP' }],
      },
    ],
    egress: when('networkPolicy.restrictEgress', [
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
      {
        to: [{ podSelector: { matchLabels: selector() } }],
        ports: [{ port: adminPort, protocol: 'TCP' }],
      },
      each('networkPolicy.egress'),
    ]),
  },
};

/** For the Prometheus operator. */
export const serviceMonitor: Template = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: metadata(value('name'), { labels: { more: each('serviceMonitor.labels') } }),
  spec: {
    // The public Service has the same labels, but no port of this name.
    selector: { matchLabels: selector() },
    endpoints: [{ port: 'admin', path: '/metrics', interval: value('serviceMonitor.interval') }],
    targetLabels: ['app.kubernetes.io/name'],
    podTargetLabels: ['app.kubernetes.io/version', 'track'],
  },
};

/** For an ingress controller. */
export const ingress: Template = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: metadata(value('name'), {
    annotations: when('ingress.annotations', value('ingress.annotations')),
  }),
  spec: {
    ingressClassName: when('ingress.className', value('ingress.className')),
    tls: when('ingress.tls', value('ingress.tls')),
    rules: [
      each('ingress.hosts', {
        host: item('host'),
        http: {
          paths: [
            each(item('paths'), {
              path: item('path'),
              pathType: item('pathType'),
              backend: { service: { name: value('name'), port: { name: 'http' } } },
            }),
          ],
        },
      }),
    ],
  },
};

/** For the Gateway API. With a canary, the gateway splits requests by weight, independent of the numbers of pods. */
export const httpRoute: Template = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: metadata(value('name'), {
    annotations: when('httpRoute.annotations', value('httpRoute.annotations')),
  }),
  spec: {
    parentRefs: value('httpRoute.parentRefs'),
    hostnames: value('httpRoute.hostnames'),
    rules: [
      {
        matches: value('httpRoute.matches'),
        filters: when({ path: 'balancer.by', is: 'envoy-gateway' }, [
          {
            type: 'RequestHeaderModifier',
            requestHeaderModifier: { set: [{ name: 'X-Queue-Timeout', value: `${QUEUE_TIMEOUT}; once` }] },
          },
        ]),
        timeouts: when('httpRoute.timeouts', value('httpRoute.timeouts')),
        backendRefs: [
          when(
            { path: 'canary.enabled', isNot: true },
            { name: value('name'), port: value('service.port'), weight: 1 },
          ),
          when('canary.enabled', {
            name: named('stable'),
            port: value('service.port'),
            weight: value('canary.stableWeight'),
          }),
          when('canary.enabled', {
            name: named('canary'),
            port: value('service.port'),
            weight: value('canary.weight'),
          }),
        ],
      },
    ],
  },
};
