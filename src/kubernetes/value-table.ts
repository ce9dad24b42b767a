import { type ValuePath, type Values, valueAt } from './values.js';

/** What of JSON Schema bounds a value. */
interface Bounds {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** One value of the chart: what it is for, and what it may be. */
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

/** In the order of values.yaml. `name` and `namespace` are not here: a release has them by itself. */
export const valueTable: readonly ValueEntry[] = [
  { path: 'image', doc: 'The image, with its tag or digest.', bounds: reference },
  {
    path: 'imagePullPolicy',
    doc: 'When nodes pull it: tags that `penstock image` makes never change their content.',
    bounds: { type: 'string', enum: ['IfNotPresent', 'Always', 'Never'] },
  },
  {
    path: 'imagePullSecrets',
    doc: 'Secrets for a private registry, as [{ name: my-secret }].',
    bounds: { type: 'array' },
  },
  {
    path: 'version',
    doc: "The app's version: a label of every pod, and what /status and /metrics say.",
    bounds: { type: 'string', pattern: versionPattern, maxLength: 63 },
  },
  {
    path: 'workers',
    doc: 'R processes of each pod, as 4 or 2..8. Memory and CPU below must fit the most of them.',
    bounds: { type: 'string', pattern: '^[0-9]{1,4}(\\.\\.[0-9]{1,4})?$' },
  },
  { path: 'replicas', doc: 'Pods, when autoscaling.by is none.', bounds: whole(0, 10_000) },
  {
    path: 'autoscaling.by',
    doc: 'What decides how many pods there are: cpu (HorizontalPodAutoscaler; needs the metrics server), keda (requests that run or wait; needs KEDA) or none.',
    bounds: { type: 'string', enum: ['none', 'cpu', 'keda'] },
  },
  { path: 'autoscaling.min', doc: 'Pods at least.', bounds: whole(1, 10_000) },
  { path: 'autoscaling.max', doc: 'Pods at most.', bounds: whole(1, 10_000) },
  {
    path: 'autoscaling.cpu',
    doc: 'Percent of the requested CPU that the pods should use on average.',
    bounds: whole(1, 1000),
  },
  {
    path: 'autoscaling.ongoing',
    doc: 'Requests that a pod should run or hold on average, with keda.',
    bounds: whole(1, 100_000),
  },
  {
    path: 'resources.cpu',
    doc: 'CPU of a pod that is reserved on its node. There is no limit: idle CPU may be used.',
    bounds: { type: 'string', pattern: quantity },
  },
  {
    path: 'resources.memory',
    doc: 'Memory of a pod, reserved and limit: workers x what one takes with the app loaded, and the gateway.',
    bounds: { type: 'string', pattern: quantity },
  },
  {
    path: 'shutdown.preStopSeconds',
    doc: 'How long a pod that goes still takes requests, until nobody sends it any more.',
    bounds: whole(4, 600),
  },
  {
    path: 'shutdown.requestSeconds',
    doc: 'How long the requests that then run may take: the longest deadline of the app.',
    bounds: whole(1, 86_400),
  },
  {
    path: 'shutdown.graceSeconds',
    doc: 'When Kubernetes kills the pod, counted from before the preStop wait.',
    bounds: whole(15, 90_000),
  },
  {
    path: 'startupSeconds',
    doc: 'How long a pod may take to load the app before it is started again.',
    bounds: whole(10, 86_400),
  },
  {
    path: 'service.type',
    doc: 'How clients reach it: ClusterIP (within the cluster), LoadBalancer or NodePort.',
    bounds: { type: 'string', enum: ['ClusterIP', 'LoadBalancer', 'NodePort'] },
  },
  { path: 'service.port', doc: 'Port of the Service.', bounds: whole(1, 65_535) },
  {
    path: 'session.secret',
    doc: 'Secret with the key that sessions are encrypted with, so that all pods can read them. Empty: none.',
    bounds: optionalLabel,
  },
  {
    path: 'session.key',
    doc: "The key's name within that Secret.",
    bounds: { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' },
  },
  {
    path: 'session.variable',
    doc: 'The variable that the app reads it from, as in pr_cookie(pr, Sys.getenv("SESSION_KEY")).',
    bounds: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
  },
  { path: 'serviceMonitor.enabled', doc: 'A ServiceMonitor for the Prometheus operator.', bounds: boolean },
  {
    path: 'serviceMonitor.interval',
    doc: 'How often it reads /metrics.',
    bounds: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$' },
  },
  { path: 'httpRoute.enabled', doc: 'A route of the Gateway API.', bounds: boolean },
  {
    path: 'httpRoute.host',
    doc: 'The host name that it serves.',
    bounds: { type: 'string', pattern: optional('^(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$') },
  },
  { path: 'httpRoute.gateway', doc: 'The Gateway that it is attached to.', bounds: optionalLabel },
  {
    path: 'httpRoute.gatewayNamespace',
    doc: "That Gateway's namespace; empty if it is the same.",
    bounds: optionalLabel,
  },
  {
    path: 'networkPolicy.enabled',
    doc: 'Deny all traffic but that to the public port, from monitoring to the admin port, and to DNS.',
    bounds: boolean,
  },
  {
    path: 'networkPolicy.monitoringNamespace',
    doc: 'The namespace that may read the admin port.',
    bounds: label,
  },
  {
    path: 'networkPolicy.egress',
    doc: 'More rules for what the app may reach, such as its database.',
    bounds: { type: 'array' },
  },
  {
    path: 'kserve.enabled',
    doc: 'A ClusterServingRuntime, with which KServe serves saved R models.',
    bounds: boolean,
  },
  {
    path: 'canary.enabled',
    doc: 'A second Deployment with another image, for a share of the requests.',
    bounds: boolean,
  },
  { path: 'canary.image', doc: 'Its image.', bounds: { type: 'string' } },
  {
    path: 'canary.version',
    doc: 'Its version.',
    bounds: { type: 'string', pattern: optional(versionPattern), maxLength: 63 },
  },
  {
    path: 'canary.replicas',
    doc: 'Its pods: without a gateway its share is theirs among all pods.',
    bounds: whole(0, 10_000),
  },
  { path: 'canary.weight', doc: 'Its share of the requests with a gateway.', bounds: whole(0, 1_000_000) },
  { path: 'canary.stableWeight', doc: 'The share of the others.', bounds: whole(0, 1_000_000) },
  { path: 'env', doc: 'More variables, as [{ name: A, value: b }].', bounds: { type: 'array' } },
  { path: 'nodeSelector', doc: 'Labels of the nodes that pods may run on.', bounds: { type: 'object' } },
  { path: 'tolerations', doc: 'Taints of nodes that pods put up with.', bounds: { type: 'array' } },
];

/** values.yaml: each value with what it is for. */
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

/** values.schema.json: with it Helm refuses unknown values and values out of bounds. */
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
