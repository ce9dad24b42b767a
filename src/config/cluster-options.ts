import { boolean, bytes, matching, oneOf, podRange, program } from './kinds.js';
import { inCluster, option, planning, serving } from './option.js';

const dnsLabel = matching(
  /^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/,
  'name',
  'a name of lowercase letters, digits and hyphens that starts with a letter, at most 50 characters',
);

/** The options for deploying to Kubernetes. */
export const clusterOptions = {
  name: option<string | undefined>({
    kind: dnsLabel,
    defaultNote: "name of the app's folder, or of the model",
    summary: 'Name of the Deployment and of its other Kubernetes objects.',
    group: 'cluster',
    commands: planning,
  }),
  image: option<string | undefined>({
    kind: matching(/^[^\s@]+(@sha256:[0-9a-f]{64})?$/, 'reference', 'an image name'),
    defaultNote: "the app's name and version",
    summary: 'Image to run. If the name includes a registry, `deploy` pushes the image there.',
    group: 'cluster',
    commands: planning,
  }),
  'app-version': option<string | undefined>({
    kind: matching(
      /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
      'version',
      'at most 63 letters, digits, `.`, `_` and `-`',
    ),
    defaultNote: "`image`, `manifests` and `deploy` compute it from the app's files",
    summary: 'Version of the app, shown in /status and /metrics.',
    group: 'cluster',
    commands: [...serving, ...planning],
  }),
  namespace: option<string | undefined>({
    kind: matching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'name', 'a namespace name'),
    defaultNote: "namespace of kubectl's context, or `default`",
    summary: 'Kubernetes namespace.',
    group: 'cluster',
    commands: ['manifests', ...inCluster],
  }),
  context: option<string | undefined>({
    kind: matching(/^\S+$/, 'name', 'the name of a kubectl context'),
    defaultNote: 'the current context',
    summary: 'kubectl context to use.',
    group: 'cluster',
    commands: inCluster,
  }),
  kubectl: option({
    kind: program(),
    default: 'kubectl',
    summary: 'kubectl program to run.',
    details: 'A plain name is looked up in PATH.',
    group: 'cluster',
    commands: inCluster,
  }),
  pods: option({
    kind: podRange(),
    default: '2..10',
    summary: 'Number of pods: a range min..max for an autoscaler, or a fixed number.',
    group: 'cluster',
    commands: planning,
  }),
  autoscaler: option({
    kind: oneOf('cpu', 'keda', 'external'),
    default: 'cpu',
    summary:
      'What to scale by: CPU usage (requires the metrics server), running and waiting requests (requires KEDA), or your own autoscaler.',
    details:
      'CPU usage does not show workers that wait for a database. `keda` counts their requests, as reported by /scale. With `external`, the manifests contain neither an autoscaler nor a number of pods, so your own autoscaler can set it, for example [to zero](kubernetes.md#scale-to-zero).',
    group: 'cluster',
    commands: planning,
  }),
  memory: option<number | undefined>({
    kind: bytes({ min: 64 * 1024 ** 2, max: 1024 ** 4 }),
    defaultNote: 'measured by loading the app once',
    summary: 'Memory of a pod. If you set it, the app is not loaded to measure it.',
    group: 'cluster',
    commands: planning,
  }),
  cpu: option<string | undefined>({
    kind: matching(
      /^(?![0.]*$)(0|[1-9]\d{0,3})(\.\d{1,3})?$|^[1-9]\d{0,6}m$/,
      'cores',
      'cores such as 2 or 0.5, or millicores such as 500m',
    ),
    defaultNote: '100m per worker, and 100m for the gateway',
    summary: 'CPU request of a pod.',
    details:
      'The default lets two pods start, and a third during an update, on a local cluster of two cores. Pods may use idle CPU beyond their request; set what they need under load if the nodes are busy.',
    group: 'cluster',
    commands: planning,
  }),
  'service-type': option({
    kind: oneOf('ClusterIP', 'LoadBalancer', 'NodePort'),
    default: 'ClusterIP',
    summary:
      'How clients reach the Service: from inside the cluster, through a load balancer, or through a port of every node.',
    group: 'cluster',
    commands: planning,
  }),
  'http-route': option<string | undefined>({
    kind: matching(
      /^(\*\.)?[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$/,
      'host name',
      'a lowercase host name such as api.example.org',
    ),
    defaultNote: 'no route',
    summary: 'Host name of an HTTPRoute of the Gateway API. Requires --gateway.',
    group: 'cluster',
    commands: planning,
  }),
  gateway: option<string | undefined>({
    kind: matching(
      /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
      '[namespace/]name',
      'the name of a Gateway, or namespace/name',
    ),
    defaultNote: 'none',
    summary: 'Gateway that the HTTPRoute is attached to.',
    group: 'cluster',
    commands: planning,
  }),
  'service-monitor': option({
    kind: boolean(),
    default: 'false',
    summary: 'Create a ServiceMonitor for the Prometheus operator.',
    group: 'cluster',
    commands: planning,
  }),
  'network-policy': option({
    kind: boolean(),
    default: 'true',
    summary: 'Create a NetworkPolicy: only monitoring and the pods of the app reach the admin port.',
    negated: 'Create no NetworkPolicy.',
    details:
      'Its other settings are in the section `kubernetes` of penstock.yaml, under `networkPolicy`: who may use the public port, and what the pods may connect to.',
    group: 'cluster',
    commands: planning,
  }),
  balancer: option({
    kind: oneOf('none', 'haproxy', 'istio', 'envoy-gateway'),
    default: 'none',
    summary:
      'How requests reach a pod: `none` lets the Service pick one at random; the others look for a pod with a free worker.',
    details:
      '`haproxy` adds a Deployment of HAProxy in front of the pods; `istio` adds routing rules for the mesh; `envoy-gateway` adds a policy to the HTTPRoute (`http-route`). A request then waits only if no pod has a free worker. See [scaling.md](scaling.md#find-a-pod-with-a-free-worker).',
    group: 'cluster',
    commands: planning,
  }),
  kserve: option({
    kind: boolean(),
    default: 'false',
    summary: 'Create a ServingRuntime, so that KServe can serve saved R models.',
    group: 'cluster',
    commands: planning,
  }),
  'session-secret': option<string | undefined>({
    kind: dnsLabel,
    defaultNote: 'none',
    summary: 'Secret that holds the key for encrypted sessions. The app reads the key from SESSION_KEY.',
    details:
      '`deploy` creates it with a random key if it does not exist. Every pod can then read the cookies of all others.',
    group: 'cluster',
    commands: planning,
  }),
} as const;
