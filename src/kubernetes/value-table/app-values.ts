import { reservedVariables } from '../resources/container.js';
import {
  amount,
  list,
  named,
  optionalLabel,
  reference,
  text,
  type ValueEntry,
  versionPattern,
  whole,
} from './value-entry.js';

/** The image, its settings, and how many pods run for how long. */
export const appValueTable: readonly ValueEntry[] = [
  {
    path: 'fullnameOverride',
    doc: 'Name of all objects, instead of that of the release.',
    bounds: optionalLabel,
    option: 'name',
  },
  { path: 'image', doc: 'The image, with a tag or digest.', bounds: reference, option: 'image' },
  {
    path: 'imagePullPolicy',
    doc: 'When nodes pull the image. The content of a tag created by `penstock image` never changes.',
    bounds: { type: 'string', enum: ['IfNotPresent', 'Always', 'Never'] },
  },
  {
    path: 'imagePullSecrets',
    doc: 'Secrets for a private registry, such as [{ name: my-secret }].',
    bounds: named(),
  },
  {
    path: 'version',
    doc: 'The version of the app, in the labels of all pods, in /status and in /metrics.',
    bounds: { type: 'string', pattern: versionPattern, maxLength: 63 },
    option: 'app-version',
  },
  {
    path: 'workers',
    doc: 'R processes per pod, such as 4 or 2..8. Set memory and CPU for the maximum number.',
    bounds: { type: 'string', pattern: '^[0-9]{1,4}(\\.\\.[0-9]{1,4})?$' },
    option: 'workers',
  },
  {
    path: 'threads',
    doc: "Threads that R's libraries (OpenMP, BLAS, data.table) may use in each worker.",
    bounds: whole(1, 1024),
  },
  {
    path: 'config',
    doc: 'Text of a penstock.yaml, which replaces that of the image. It becomes a ConfigMap.',
    bounds: text,
    option: 'config',
  },
  {
    path: 'env',
    doc: 'Environment variables, such as [{ name: A, value: b }] or with valueFrom.',
    bounds: named({ not: { enum: [...reservedVariables] } }),
  },
  {
    path: 'envFrom',
    doc: 'Secrets and ConfigMaps whose entries become variables, such as [{ secretRef: { name: db } }].',
    bounds: list,
  },
  {
    path: 'replicas',
    doc: 'Number of pods, if autoscaling.by is none.',
    bounds: whole(0, 10_000),
    option: 'pods',
  },
  {
    path: 'autoscaling.by',
    doc: 'How to scale: cpu (HorizontalPodAutoscaler; requires the metrics server), keda (by running and waiting requests; requires KEDA 2.17), external (your own autoscaler sets the number of pods) or none.',
    bounds: { type: 'string', enum: ['none', 'cpu', 'keda', 'external'] },
    option: 'autoscaler',
  },
  { path: 'autoscaling.min', doc: 'Minimum number of pods.', bounds: whole(1, 10_000), option: 'pods' },
  { path: 'autoscaling.max', doc: 'Maximum number of pods.', bounds: whole(1, 10_000), option: 'pods' },
  {
    path: 'autoscaling.cpu',
    doc: 'With cpu: target average CPU usage of a pod, such as 1 or 1400m.',
    bounds: amount,
  },
  {
    path: 'autoscaling.demand',
    doc: 'With keda: target average demand per pod: workers that its running and waiting requests could use.',
    bounds: whole(1, 100_000),
  },
  {
    path: 'resources.cpu',
    doc: 'CPU request of a pod. There is no limit, so a pod can use idle CPU.',
    bounds: amount,
    option: 'cpu',
  },
  {
    path: 'resources.memory',
    doc: 'Memory request and limit of a pod: the workers with the loaded app, and the gateway.',
    bounds: amount,
    option: 'memory',
  },
  {
    path: 'resources.storage',
    doc: 'Limit of the ephemeral storage of a pod: its logs and /tmp.',
    bounds: amount,
  },
  {
    path: 'tmpSize',
    doc: 'Maximum size of /tmp, the only folder that R can write to. Kubernetes evicts a pod that exceeds it.',
    bounds: amount,
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
    path: 'progressSeconds',
    doc: 'How long a rollout may make no progress before Kubernetes calls it failed. Longer than startupSeconds.',
    bounds: whole(11, 172_800),
  },
];
