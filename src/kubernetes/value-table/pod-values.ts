import {
  boolean,
  list,
  named,
  optional,
  reference,
  strings,
  text,
  type ValueEntry,
  versionPattern,
  whole,
} from './value-entry.js';

/** Variants of the app, and where and as whom the pods run. */
export const podValueTable: readonly ValueEntry[] = [
  {
    path: 'kserve.enabled',
    doc: 'Create a ServingRuntime, with which KServe serves saved R models.',
    bounds: boolean,
    option: 'kserve',
  },
  {
    path: 'balancer.by',
    doc: 'How requests reach a pod: none (the Service picks one at random), haproxy (a Deployment of HAProxy looks for a pod with a free worker), istio (routing rules for the mesh do) or envoy-gateway (a policy for the HTTPRoute does).',
    bounds: { type: 'string', enum: ['none', 'haproxy', 'istio', 'envoy-gateway'] },
    option: 'balancer',
  },
  {
    path: 'balancer.retries',
    doc: 'Number of pods to try for a free worker before the request waits.',
    bounds: whole(1, 100),
  },
  { path: 'balancer.image', doc: 'HAProxy image, version 2.6 or later.', bounds: reference },
  { path: 'balancer.replicas', doc: 'Number of HAProxy pods.', bounds: whole(1, 100) },
  {
    path: 'balancer.slots',
    doc: 'Maximum number of app pods that HAProxy uses.',
    bounds: whole(1, 1000),
  },
  {
    path: 'balancer.clusterDomain',
    doc: 'DNS domain of the cluster, for HAProxy to find the pods.',
    bounds: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' },
  },
  {
    path: 'canary.enabled',
    doc: 'Create a second Deployment with another image, for a share of the requests.',
    bounds: boolean,
    option: 'canary',
  },
  { path: 'canary.image', doc: 'Image of the canary.', bounds: text, option: 'canary' },
  {
    path: 'canary.version',
    doc: 'Version of the canary.',
    bounds: { type: 'string', pattern: optional(versionPattern), maxLength: 63 },
    option: 'canary',
  },
  {
    path: 'canary.replicas',
    doc: 'Number of canary pods. Without a gateway, it determines the share of the requests.',
    bounds: whole(0, 10_000),
    option: 'canary',
  },
  {
    path: 'canary.weight',
    doc: 'Weight of the canary, with a gateway.',
    bounds: whole(0, 1_000_000),
    option: 'canary',
  },
  {
    path: 'canary.stableWeight',
    doc: 'Weight of the stable version.',
    bounds: whole(0, 1_000_000),
    option: 'canary',
  },
  {
    path: 'user',
    doc: 'User and group id of the container. 0: the platform chooses one, as OpenShift does.',
    bounds: whole(0, 2_147_483_647),
  },
  { path: 'serviceAccount.create', doc: 'Create a ServiceAccount for the pods.', bounds: boolean },
  {
    path: 'serviceAccount.name',
    doc: 'Name of the ServiceAccount. Empty: that of the app if it is created, otherwise default.',
    bounds: { type: 'string', pattern: optional('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'), maxLength: 253 },
  },
  {
    path: 'serviceAccount.annotations',
    doc: 'Annotations of the ServiceAccount, such as { eks.amazonaws.com/role-arn: … }.',
    bounds: strings,
  },
  {
    path: 'serviceAccount.automount',
    doc: 'Give the pods a token for the Kubernetes API. Penstock needs none.',
    bounds: boolean,
  },
  { path: 'podAnnotations', doc: 'Additional annotations of the pods.', bounds: strings },
  { path: 'podLabels', doc: 'Additional labels of the pods.', bounds: strings },
  { path: 'priorityClassName', doc: 'Priority class of the pods.', bounds: text },
  { path: 'nodeSelector', doc: 'Required labels of the nodes.', bounds: strings },
  { path: 'tolerations', doc: 'Tolerated taints of the nodes.', bounds: list },
  {
    path: 'affinity',
    doc: 'Affinity of the pods. Empty: prefer zones with few pods of this version.',
    bounds: { type: 'object' },
  },
  {
    path: 'topologySpreadConstraints',
    doc: 'Rules that spread the pods. Empty: evenly over the nodes, if possible.',
    bounds: list,
  },
  {
    path: 'volumes',
    doc: 'Additional volumes, such as [{ name: models, persistentVolumeClaim: { claimName: models } }].',
    bounds: named(),
  },
  {
    path: 'volumeMounts',
    doc: 'Where the container mounts them: [{ name: models, mountPath: /models, readOnly: true }].',
    bounds: named(),
  },
  {
    path: 'initContainers',
    doc: 'Containers that run first, for example to download a model to a volume.',
    bounds: named(),
  },
  { path: 'extraContainers', doc: 'Containers beside that of Penstock, such as a proxy.', bounds: named() },
];
