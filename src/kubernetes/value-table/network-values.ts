import {
  boolean,
  hosts,
  label,
  list,
  named,
  optionalLabel,
  strings,
  text,
  type ValueEntry,
  whole,
} from './value-entry.js';

/** How clients, administrators and Prometheus reach the app. */
export const networkValueTable: readonly ValueEntry[] = [
  {
    path: 'service.type',
    doc: 'Type of the Service: ClusterIP (reachable only within the cluster), LoadBalancer or NodePort.',
    bounds: { type: 'string', enum: ['ClusterIP', 'LoadBalancer', 'NodePort'] },
    option: 'service-type',
  },
  { path: 'service.port', doc: 'Port of the Service.', bounds: whole(1, 65_535) },
  {
    path: 'service.annotations',
    doc: 'Annotations of the Service, for example for a load balancer.',
    bounds: strings,
  },
  { path: 'service.loadBalancerClass', doc: 'Class of the load balancer.', bounds: text },
  {
    path: 'admin.secret',
    doc: 'Secret with the token of the admin server. Empty: NAME-admin-token. Without the Secret, the admin server only answers probes, /metrics and /scale.',
    bounds: optionalLabel,
  },
  {
    path: 'admin.key',
    doc: 'Name of the entry in this Secret.',
    bounds: { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' },
  },
  {
    path: 'session.secret',
    doc: 'Secret with the encryption key of sessions, shared by all pods. Empty: none.',
    bounds: optionalLabel,
    option: 'session-secret',
  },
  {
    path: 'session.key',
    doc: 'Name of the entry in this Secret.',
    bounds: { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' },
  },
  {
    path: 'session.variable',
    doc: 'Environment variable with the key, for example for pr_cookie(pr, Sys.getenv("SESSION_KEY")).',
    bounds: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
  },
  {
    path: 'serviceMonitor.enabled',
    doc: 'Create a ServiceMonitor for the Prometheus operator.',
    bounds: boolean,
    option: 'service-monitor',
  },
  {
    path: 'serviceMonitor.interval',
    doc: 'How often Prometheus reads /metrics.',
    bounds: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$' },
  },
  {
    path: 'serviceMonitor.labels',
    doc: 'Labels by which a Prometheus selects its ServiceMonitors, such as { release: prometheus }.',
    bounds: strings,
  },
  { path: 'ingress.enabled', doc: 'Create an Ingress.', bounds: boolean },
  { path: 'ingress.className', doc: 'Class of the ingress controller, such as nginx.', bounds: text },
  {
    path: 'ingress.annotations',
    doc: 'Annotations of the Ingress, such as { cert-manager.io/cluster-issuer: letsencrypt }.',
    bounds: strings,
  },
  {
    path: 'ingress.hosts',
    doc: 'Host names, each with paths: [{ host: a.example.org, paths: [{ path: /, pathType: Prefix }] }].',
    bounds: {
      type: 'array',
      items: {
        type: 'object',
        required: ['host', 'paths'],
        additionalProperties: false,
        properties: {
          host: hosts.items,
          paths: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              required: ['path', 'pathType'],
              additionalProperties: false,
              properties: {
                path: { type: 'string', pattern: '^/' },
                pathType: { enum: ['Prefix', 'Exact', 'ImplementationSpecific'] },
              },
            },
          },
        },
      },
    },
  },
  {
    path: 'ingress.tls',
    doc: 'Certificates: [{ secretName: a-tls, hosts: [a.example.org] }].',
    bounds: list,
  },
  { path: 'httpRoute.enabled', doc: 'Create an HTTPRoute of the Gateway API.', bounds: boolean },
  { path: 'httpRoute.annotations', doc: 'Annotations of the HTTPRoute.', bounds: strings },
  {
    path: 'httpRoute.parentRefs',
    doc: 'Gateways that the route belongs to: [{ name: public, namespace: infra, sectionName: https }].',
    bounds: named(),
  },
  { path: 'httpRoute.hostnames', doc: 'Host names of the route.', bounds: hosts },
  {
    path: 'httpRoute.matches',
    doc: 'Requests that the route takes, for example several path prefixes.',
    bounds: list,
  },
  {
    path: 'httpRoute.timeouts',
    doc: 'Time-outs of the route, such as { request: 60s }.',
    bounds: strings,
  },
  {
    path: 'networkPolicy.enabled',
    doc: 'Create a NetworkPolicy: the public port is open, the admin port only to monitoring and to the pods of the app.',
    bounds: boolean,
    option: 'network-policy',
  },
  {
    path: 'networkPolicy.from',
    doc: 'Who may connect to the public port, as in `from` of a NetworkPolicy. Empty: everyone.',
    bounds: list,
  },
  {
    path: 'networkPolicy.monitoringNamespace',
    doc: 'Namespace with access to the admin port.',
    bounds: label,
  },
  {
    path: 'networkPolicy.adminFrom',
    doc: 'Others with access to the admin port, as in `from` of a NetworkPolicy.',
    bounds: list,
  },
  {
    path: 'networkPolicy.restrictEgress',
    doc: 'Allow connections from the pods only to DNS and to what networkPolicy.egress lists.',
    bounds: boolean,
  },
  {
    path: 'networkPolicy.egress',
    doc: 'Additional egress rules, for example for a database.',
    bounds: list,
  },
];
