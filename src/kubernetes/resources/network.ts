import { each, type Template, value, when } from '../template.js';
import { adminPort, metadata, named, publicPort, selector } from './names.js';

/**
 * Allows only these connections: from anywhere to the public port, from monitoring to the admin port, and from the pods
 * to DNS. An app that uses a database needs a rule in `networkPolicy.egress`.
 */
export const networkPolicy: Template = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(),
  spec: {
    podSelector: { matchLabels: selector() },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { ports: [{ port: publicPort, protocol: 'TCP' }] },
      {
        from: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': value('networkPolicy.monitoringNamespace') },
            },
          },
          when(
            { path: 'autoscaling.by', is: 'keda' },
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } } },
          ),
        ],
        ports: [{ port: adminPort, protocol: 'TCP' }],
      },
    ],
    egress: [
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
      each('networkPolicy.egress'),
    ],
  },
};

/** For the Prometheus operator. */
export const serviceMonitor: Template = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: metadata(),
  spec: {
    // The public Service has the same labels, but no port of this name.
    selector: { matchLabels: selector() },
    endpoints: [{ port: 'admin', path: '/metrics', interval: value('serviceMonitor.interval') }],
    targetLabels: ['app.kubernetes.io/name'],
    podTargetLabels: ['app.kubernetes.io/version', 'track'],
  },
};

/** For the Gateway API. With a canary, the gateway splits requests by weight, independent of the numbers of pods. */
export const httpRoute: Template = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: metadata(),
  spec: {
    parentRefs: [
      {
        name: value('httpRoute.gateway'),
        namespace: when('httpRoute.gatewayNamespace', value('httpRoute.gatewayNamespace')),
      },
    ],
    hostnames: [value('httpRoute.host')],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
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
