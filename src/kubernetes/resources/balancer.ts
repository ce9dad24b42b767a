import { hashOf, type Template, text, value, when } from '../template.js';
import { balancerPort, balancerSelector, metadata, named, publicPort } from './names.js';
import { disruptionBudgetOf } from './scaling.js';

/** How long a pod may let a request wait while another pod may have a free worker. */
export const QUEUE_TIMEOUT = '25ms';
/** A request is tried again only if HAProxy holds all of it. */
const BUFFER_BYTES = 65_536;
const LARGEST_BODY = 49_152;
const statusPort = 8404;

/**
 * Two ways to the pods. `ask` goes from pod to pod, each of which rejects the request at once (425) if it has no free worker
 * for it. If none has, `queue` sends it to the pod with the fewest requests, where it waits. HAProxy cannot change a
 * request between two tries, so an outer backend tries the two ways in order, by an abstract socket of its own.
 */
const configuration = text(
  `global
  maxconn 2000
  tune.bufsize ${BUFFER_BYTES}
resolvers cluster
  parse-resolv-conf
  accepted_payload_size 8192
  hold valid 1s
defaults
  mode http
  timeout connect 2s
  timeout http-request 30s
  timeout client `,
  value('shutdown.requestSeconds'),
  's\n  timeout server ',
  value('shutdown.requestSeconds'),
  `s
  timeout tunnel 1h
  default-server check port 9000 inter 1s fastinter 250ms downinter 500ms fall 2 rise 1 resolvers cluster init-addr none
frontend public
  bind :${balancerPort}
  option forwardfor
  http-request del-header X-Queue-Timeout
  use_backend first-free if !{ req.fhdr(transfer-encoding) -m found } !{ req.hdr_val(content-length) gt ${LARGEST_BODY} } !{ req.fhdr(upgrade) -m found }
  default_backend queue
backend first-free
  balance first
  option http-buffer-request
  option redispatch 1
  retries 1
  retry-on 425
  server ask abns@ask no-check
  server queue abns@queue no-check
frontend ask
  bind abns@ask
  default_backend ask
frontend queue
  bind abns@queue
  default_backend queue
backend ask
  balance roundrobin
  option http-buffer-request
  option httpchk GET /readyz
  option redispatch 1
  retries `,
  value('balancer.retries'),
  `
  retry-on conn-failure 425
  http-request set-header X-Queue-Timeout ${QUEUE_TIMEOUT}
  server-template pod `,
  value('balancer.slots'),
  ` "\${PODS}:${publicPort}"
backend queue
  balance leastconn
  option httpchk GET /readyz
  option redispatch 1
  retries 3
  retry-on conn-failure
  server-template pod `,
  value('balancer.slots'),
  ` "\${PODS}:${publicPort}"
frontend status
  bind :${statusPort}
  monitor-uri /ready
  monitor fail if { nbsrv(queue) lt 1 }
  http-request use-service prometheus-exporter if { path /metrics }
`,
);

export const balancerConfig: Template = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(named('balancer')),
  data: { 'haproxy.cfg': configuration },
};

/** The official image stops gracefully: its stop signal is SIGUSR1. */
const container: Template = {
  name: 'haproxy',
  image: value('balancer.image'),
  args: ['haproxy', '-W', '-db', '-f', '/etc/penstock/haproxy.cfg'],
  ports: [
    { name: 'http', containerPort: balancerPort, protocol: 'TCP' },
    { name: 'status', containerPort: statusPort, protocol: 'TCP' },
  ],
  env: [
    { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    { name: 'PODS', value: text(value('name'), '-admin.$(NAMESPACE).svc.', value('balancer.clusterDomain')) },
  ],
  resources: {
    requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '16Mi' },
    limits: { memory: '256Mi', 'ephemeral-storage': '64Mi' },
  },
  readinessProbe: {
    httpGet: { path: '/ready', port: 'status' },
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 2,
  },
  livenessProbe: { tcpSocket: { port: 'status' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  lifecycle: { preStop: { sleep: { seconds: value('shutdown.preStopSeconds') } } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  volumeMounts: [{ name: 'config', mountPath: '/etc/penstock', readOnly: true }],
};

export const balancer: Template = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(named('balancer')),
  spec: {
    replicas: value('balancer.replicas'),
    revisionHistoryLimit: 10,
    selector: { matchLabels: balancerSelector },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    template: {
      metadata: {
        labels: balancerSelector,
        annotations: { 'checksum/config': hashOf(configuration) },
      },
      spec: podSpec(),
    },
  },
};

function podSpec(): Template {
  const user = when('user', value('user'));
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: value('shutdown.graceSeconds'),
    imagePullSecrets: when('imagePullSecrets', value('imagePullSecrets')),
    nodeSelector: when('nodeSelector', value('nodeSelector')),
    tolerations: when('tolerations', value('tolerations')),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: balancerSelector },
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    containers: [container],
    volumes: [{ name: 'config', configMap: { name: named('balancer') } }],
  };
}

export const balancerBudget: Template = disruptionBudgetOf(named('balancer'), balancerSelector);

/** Clients of the Service in the mesh try another pod at once if one has no free worker; the last try waits. */
export const virtualService: Template = {
  apiVersion: 'networking.istio.io/v1beta1',
  kind: 'VirtualService',
  metadata: metadata(),
  spec: {
    hosts: [value('name')],
    http: [
      {
        headers: {
          request: {
            set: { 'X-Queue-Timeout': text(`${QUEUE_TIMEOUT}; retries=`, value('balancer.retries')) },
          },
        },
        retries: {
          attempts: value('balancer.retries'),
          // The first four are Istio's defaults.
          retryOn: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes,425',
        },
        route: [{ destination: { host: value('name'), port: { number: value('service.port') } } }],
      },
    ],
  },
};

export const destinationRule: Template = {
  apiVersion: 'networking.istio.io/v1beta1',
  kind: 'DestinationRule',
  metadata: metadata(),
  spec: {
    host: value('name'),
    trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' } },
  },
};

/**
 * The same for requests through Envoy Gateway, which does not count its tries: the HTTPRoute sets
 * `X-Queue-Timeout: 25ms; once`. By default, Envoy pauses up to 250 ms between two tries.
 */
export const backendTrafficPolicy: Template = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'BackendTrafficPolicy',
  metadata: metadata(),
  spec: {
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: value('name') }],
    loadBalancer: { type: 'LeastRequest' },
    retry: {
      numRetries: value('balancer.retries'),
      perRetry: { backOff: { baseInterval: '1ms', maxInterval: '2ms' } },
      retryOn: {
        triggers: ['connect-failure', 'refused-stream', 'retriable-status-codes'],
        httpStatusCodes: [425],
      },
    },
  },
};
