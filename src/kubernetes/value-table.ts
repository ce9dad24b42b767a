import { type ValuePath, type Values, valueAt } from './values.js';

/** The keywords of JSON Schema that restrict a value. */
interface Bounds {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** One value of the chart, with its documentation and its allowed values. */
interface ValueEntry {
  readonly path: ValuePath;
  readonly doc: string;
  readonly bounds: Bounds;
}

const labelPattern = '^[a-z]([-a-z0-9]*[a-z0-9])?$';
const optional = (pattern: string): string => `^$|${pattern}`;
const boolean: Bounds = { type: 'boolean' };
const label: Bounds = { type: 'string', pattern: labelPattern, maxLength: 63 };
const optionalLabel: Bounds = { type: 'string', pattern: optional(labelPattern), maxLength: 63 };
const whole = (minimum: number, maximum: number): Bounds => ({ type: 'integer', minimum, maximum });
const reference: Bounds = { type: 'string', pattern: '^\\S+$', minLength: 1 };
const versionPattern = '^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$';
const quantity = '^[0-9]+(\\.[0-9]+)?(m|[KMG]i?)?$';

/** In the order of values.yaml. `name` and `namespace` come from the Helm release. */
export const valueTable: readonly ValueEntry[] = [
  { path: 'image', doc: 'The image, with a tag or digest.', bounds: reference },
  {
    path: 'imagePullPolicy',
    doc: 'When nodes pull the image. The content of a tag created by `penstock image` never changes.',
    bounds: { type: 'string', enum: ['IfNotPresent', 'Always', 'Never'] },
  },
  {
    path: 'imagePullSecrets',
    doc: 'Secrets for a private registry, such as [{ name: my-secret }].',
    bounds: { type: 'array' },
  },
  {
    path: 'version',
    doc: 'The version of the app, in the labels of all pods, in /status and in /metrics.',
    bounds: { type: 'string', pattern: versionPattern, maxLength: 63 },
  },
  {
    path: 'workers',
    doc: 'R processes per pod, such as 4 or 2..8. Set memory and CPU for the maximum number.',
    bounds: { type: 'string', pattern: '^[0-9]{1,4}(\\.\\.[0-9]{1,4})?$' },
  },
  { path: 'replicas', doc: 'Number of pods, if autoscaling.by is none.', bounds: whole(0, 10_000) },
  {
    path: 'autoscaling.by',
    doc: 'How to scale: cpu (HorizontalPodAutoscaler; requires the metrics server), keda (by running and waiting requests; requires KEDA) or none.',
    bounds: { type: 'string', enum: ['none', 'cpu', 'keda'] },
  },
  { path: 'autoscaling.min', doc: 'Minimum number of pods.', bounds: whole(1, 10_000) },
  { path: 'autoscaling.max', doc: 'Maximum number of pods.', bounds: whole(1, 10_000) },
  {
    path: 'autoscaling.cpu',
    doc: 'Target average CPU utilization, in percent of the requested CPU.',
    bounds: whole(1, 1000),
  },
  {
    path: 'autoscaling.demand',
    doc: 'With keda: target average demand per pod: workers that its running and waiting requests could use.',
    bounds: whole(1, 100_000),
  },
  {
    path: 'resources.cpu',
    doc: 'CPU request of a pod. There is no limit, so a pod can use idle CPU.',
    bounds: { type: 'string', pattern: quantity },
  },
  {
    path: 'resources.memory',
    doc: 'Memory request and limit of a pod: the workers with the loaded app, and the gateway.',
    bounds: { type: 'string', pattern: quantity },
  },
  {
    path: 'shutdown.preStopSeconds',
    doc: 'How long a terminating pod accepts requests, until all load balancers have removed it.',
    bounds: whole(4, 600),
  },
  {
    path: 'shutdown.requestSeconds',
    doc: 'How long running requests may take after that: the longest deadline of the app.',
    bounds: whole(1, 86_400),
  },
  {
    path: 'shutdown.graceSeconds',
    doc: 'When Kubernetes kills the pod, counted from the start of the preStop wait.',
    bounds: whole(15, 90_000),
  },
  {
    path: 'startupSeconds',
    doc: 'How long a pod may take to load the app before Kubernetes restarts it.',
    bounds: whole(10, 86_400),
  },
  {
    path: 'service.type',
    doc: 'Type of the Service: ClusterIP (reachable only within the cluster), LoadBalancer or NodePort.',
    bounds: { type: 'string', enum: ['ClusterIP', 'LoadBalancer', 'NodePort'] },
  },
  { path: 'service.port', doc: 'Port of the Service.', bounds: whole(1, 65_535) },
  {
    path: 'session.secret',
    doc: 'Secret with the encryption key of sessions, shared by all pods. Empty: none.',
    bounds: optionalLabel,
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
  },
  {
    path: 'serviceMonitor.interval',
    doc: 'How often Prometheus reads /metrics.',
    bounds: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$' },
  },
  { path: 'httpRoute.enabled', doc: 'Create an HTTPRoute of the Gateway API.', bounds: boolean },
  {
    path: 'httpRoute.host',
    doc: 'Host name of the route.',
    bounds: { type: 'string', pattern: optional('^(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$') },
  },
  { path: 'httpRoute.gateway', doc: 'Gateway that the route belongs to.', bounds: optionalLabel },
  {
    path: 'httpRoute.gatewayNamespace',
    doc: 'Namespace of the Gateway. Empty: the namespace of the app.',
    bounds: optionalLabel,
  },
  {
    path: 'networkPolicy.enabled',
    doc: 'Allow only traffic to the public port, from monitoring to the admin port, and to DNS.',
    bounds: boolean,
  },
  {
    path: 'networkPolicy.monitoringNamespace',
    doc: 'Namespace with access to the admin port.',
    bounds: label,
  },
  {
    path: 'networkPolicy.egress',
    doc: 'Additional egress rules, for example for a database.',
    bounds: { type: 'array' },
  },
  {
    path: 'kserve.enabled',
    doc: 'Create a ClusterServingRuntime, with which KServe serves saved R models.',
    bounds: boolean,
  },
  {
    path: 'canary.enabled',
    doc: 'Create a second Deployment with another image, for a share of the requests.',
    bounds: boolean,
  },
  { path: 'canary.image', doc: 'Image of the canary.', bounds: { type: 'string' } },
  {
    path: 'canary.version',
    doc: 'Version of the canary.',
    bounds: { type: 'string', pattern: optional(versionPattern), maxLength: 63 },
  },
  {
    path: 'canary.replicas',
    doc: 'Number of canary pods. Without a gateway, it determines the share of the requests.',
    bounds: whole(0, 10_000),
  },
  { path: 'canary.weight', doc: 'Weight of the canary, with a gateway.', bounds: whole(0, 1_000_000) },
  { path: 'canary.stableWeight', doc: 'Weight of the stable version.', bounds: whole(0, 1_000_000) },
  { path: 'env', doc: 'Environment variables, such as [{ name: A, value: b }].', bounds: { type: 'array' } },
  { path: 'nodeSelector', doc: 'Required labels of the nodes.', bounds: { type: 'object' } },
  { path: 'tolerations', doc: 'Tolerated taints of the nodes.', bounds: { type: 'array' } },
];

/** values.yaml: all values with their documentation. */
export function valuesFile(values: Values): string {
  const lines: string[] = [];
  let section: string | undefined;
  for (const { path, doc } of valueTable) {
    const [head = '', key] = path.split('.');
    const indent = key === undefined ? '' : '  ';
    if (key !== undefined && head !== section) lines.push('', `${head}:`);
    else if (key === undefined) lines.push('');
    section = key === undefined ? undefined : head;
    lines.push(`${indent}# ${doc}`, `${indent}${key ?? head}: ${JSON.stringify(valueAt(values, path))}`);
  }
  return `${lines.join('\n').trimStart()}\n`;
}

/** values.schema.json: lets Helm reject unknown values and values out of bounds. */
export function valuesSchema(): string {
  const properties: Record<string, unknown> = {};
  const sections = new Map<string, Record<string, unknown>>();
  for (const { path, doc, bounds } of valueTable) {
    const [head = '', key] = path.split('.');
    const schema = { description: doc, ...bounds };
    if (key === undefined) properties[head] = schema;
    else {
      const section = sections.get(head) ?? {};
      section[key] = schema;
      sections.set(head, section);
      properties[head] = closed(section);
    }
  }
  // Helm itself adds `global` to the values of a chart.
  const all = { ...properties, global: { type: 'object' } };
  const root = { $schema: 'http://json-schema.org/draft-07/schema#', required: ['image'], ...closed(all) };
  return `${JSON.stringify(root, null, 2)}\n`;
}

function closed(properties: Record<string, unknown>) {
  return { type: 'object', additionalProperties: false, properties };
}
