import { boolean, bytes, matching, oneOf, podRange, program } from './kinds.js';
import { inCluster, option, planning, serving } from './option.js';

const dnsLabel = matching(
  /^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/,
  'name',
  'a name of small letters, digits and hyphens, of at most 50 characters, that begins with a letter',
);

/** The part of the table of options that is about deploying to Kubernetes. */
export const clusterOptions = {
  name: option<string | undefined>({
    kind: dnsLabel,
    defaultNote: "the name of the app's folder, or of the model",
    summary: 'Name of the Deployment and of all that belongs to it.',
    group: 'cluster',
    commands: planning,
  }),
  image: option<string | undefined>({
    kind: matching(/^[^\s@]+(@sha256:[0-9a-f]{64})?$/, 'reference', 'the name of an image'),
    defaultNote: "the app's name and version",
    summary: 'Image to run; one that names a registry is pushed there by `deploy`.',
    group: 'cluster',
    commands: planning,
  }),
  'app-version': option<string | undefined>({
    kind: matching(
      /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
      'version',
      'letters, digits, `.`, `_` and `-`, at most 63 of them',
    ),
    defaultNote: "made of the app's content by `image`, `manifests` and `deploy`",
    summary: "The app's version, as /status and /metrics tell it.",
    group: 'cluster',
    commands: [...serving, ...planning],
  }),
  namespace: option<string | undefined>({
    kind: matching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'name', 'the name of a namespace'),
    defaultNote: "that of kubectl's context, or default",
    summary: 'Namespace in the cluster.',
    group: 'cluster',
    commands: ['manifests', ...inCluster],
  }),
  context: option<string | undefined>({
    kind: matching(/^\S+$/, 'name', "the name of one of kubectl's contexts"),
    defaultNote: 'the current one',
    summary: "Which of kubectl's contexts to use.",
    group: 'cluster',
    commands: inCluster,
  }),
  kubectl: option({
    kind: program(),
    default: 'kubectl',
    summary: 'The kubectl to run.',
    details: 'A name is looked up in PATH.',
    group: 'cluster',
    commands: inCluster,
  }),
  pods: option({
    kind: podRange(),
    default: '2..10',
    summary: 'Pods: a range min..max that an autoscaler keeps to, or a fixed number.',
    group: 'cluster',
    commands: planning,
  }),
  autoscaler: option({
    kind: oneOf('cpu', 'keda'),
    default: 'cpu',
    summary: 'What scales by: CPU (needs the metrics server) or requests that run and wait (needs KEDA).',
    details:
      'CPU says little of workers that wait for a database; `keda` counts their requests, as /scale tells them.',
    group: 'cluster',
    commands: planning,
  }),
  memory: option<number | undefined>({
    kind: bytes({ min: 64 * 1024 ** 2, max: 1024 ** 4 }),
    defaultNote: 'measured by loading the app once',
    summary: 'Memory of a pod. With it the app is not loaded.',
    group: 'cluster',
    commands: planning,
  }),
  cpu: option<string | undefined>({
    kind: matching(/^[1-9]\d{0,3}(\.\d{1,3})?$|^[1-9]\d{0,6}m$/, 'cores', 'cores like 2 or 0.5, or 500m'),
    defaultNote: 'half a core for each worker, and a quarter for the gateway',
    summary: 'CPU that is reserved for a pod.',
    group: 'cluster',
    commands: planning,
  }),
  'service-type': option({
    kind: oneOf('ClusterIP', 'LoadBalancer', 'NodePort'),
    default: 'ClusterIP',
    summary: 'How the Service is reached: within the cluster, by a load balancer, or by a port of each node.',
    group: 'cluster',
    commands: planning,
  }),
  'http-route': option<string | undefined>({
    kind: matching(
      /^(\*\.)?[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$/,
      'host name',
      'a host name in small letters, like api.example.org',
    ),
    defaultNote: 'no route',
    summary: 'Host name to be served by a route of the Gateway API; needs --gateway.',
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
    summary: 'The Gateway that the route is attached to.',
    group: 'cluster',
    commands: planning,
  }),
  'service-monitor': option({
    kind: boolean(),
    default: 'false',
    summary: 'A ServiceMonitor, for the Prometheus operator.',
    group: 'cluster',
    commands: planning,
  }),
  'network-policy': option({
    kind: boolean(),
    default: 'false',
    summary: 'Deny all traffic but that to the public port, from monitoring, and to DNS.',
    details:
      'An app that reaches others (a database, an API) needs a rule for each, in the chart under `networkPolicy.egress`, with Kustomize as a patch.',
    group: 'cluster',
    commands: planning,
  }),
  kserve: option({
    kind: boolean(),
    default: 'false',
    summary: 'A ClusterServingRuntime, with which KServe serves saved R models.',
    group: 'cluster',
    commands: planning,
  }),
  'session-secret': option<string | undefined>({
    kind: dnsLabel,
    defaultNote: 'none',
    summary: 'Secret with the key of encrypted sessions; the app reads it from SESSION_KEY.',
    details:
      '`deploy` makes it with a random key if it is not there. Every pod then reads the cookies of every other.',
    group: 'cluster',
    commands: planning,
  }),
} as const;
