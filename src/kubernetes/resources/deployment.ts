import { each, type Template, text, value, when } from '../template.js';
import { adminPort, labels, named, publicPort, selector, type Track } from './names.js';

/** The Deployment, or its canary, which differs only in name, image, version and number of pods. */
export function deployment(track: Track): Template {
  const canary = track === 'canary';
  const version = value(canary ? 'canary.version' : 'version');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: canary ? named('canary') : value('name'), labels: { ...labels(version), track } },
    spec: {
      // Omitted if there is an autoscaler: applying the manifest again would reset the number.
      replicas: canary
        ? value('canary.replicas')
        : when({ path: 'autoscaling.by', is: 'none' }, value('replicas')),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      minReadySeconds: 2,
      selector: { matchLabels: selector(track) },
      // With maxUnavailable 0, an update never reduces capacity: a new pod is ready before an old one stops.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: { ...labels(version), track } },
        spec: podSpec(value(canary ? 'canary.image' : 'image'), version, track),
      },
    },
  };
}

function podSpec(image: Template, version: Template, track: Track): Template {
  return {
    automountServiceAccountToken: false,
    // With service links, a Service named "penstock" would add PENSTOCK_* variables to every pod.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: value('shutdown.graceSeconds'),
    imagePullSecrets: when('imagePullSecrets', value('imagePullSecrets')),
    nodeSelector: when('nodeSelector', value('nodeSelector')),
    tolerations: when('tolerations', value('tolerations')),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
      (topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selector(track) },
        // Counts only the pods of one version, so that they are still evenly spread after an update.
        matchLabelKeys: ['pod-template-hash'],
      }),
    ),
    containers: [container(image, version)],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  };
}

function container(image: Template, version: Template): Template {
  const admin = (path: string): Template => ({ path, port: 'admin' });
  return {
    name: 'penstock',
    image,
    imagePullPolicy: value('imagePullPolicy'),
    ports: [
      { name: 'http', containerPort: publicPort, protocol: 'TCP' },
      { name: 'admin', containerPort: adminPort, protocol: 'TCP' },
    ],
    env: environment(version),
    resources: {
      // No CPU limit: it would slow down requests while the node is idle. R's threads are limited instead.
      requests: { cpu: value('resources.cpu'), memory: value('resources.memory') },
      limits: { memory: value('resources.memory') },
    },
    startupProbe: {
      httpGet: admin('/readyz'),
      periodSeconds: 1,
      timeoutSeconds: 5,
      failureThreshold: value('startupSeconds'),
    },
    readinessProbe: { httpGet: admin('/readyz'), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
    livenessProbe: { httpGet: admin('/livez'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    // Nodes and load balancers keep sending requests for a moment after the pod starts to terminate.
    lifecycle: { preStop: { sleep: { seconds: value('shutdown.preStopSeconds') } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

/** Environment variables override the penstock.yaml in the image, so the manifest's assumptions hold. */
function environment(version: Template): Template {
  const fixed: Readonly<Record<string, string>> = {
    PENSTOCK_HOST: '0.0.0.0',
    PENSTOCK_PORT: String(publicPort),
    PENSTOCK_ADMIN_HOST: '0.0.0.0',
    PENSTOCK_ADMIN_PORT: String(adminPort),
    // Probes come from outside the pod. The cluster's network controls who else can reach the port.
    PENSTOCK_ADMIN_OPEN: 'true',
    PENSTOCK_LOG_FORMAT: 'json',
    // One thread per worker: R's libraries would otherwise start a thread for each core of the node.
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    R_DATATABLE_NUM_THREADS: '1',
  };
  return [
    ...Object.entries(fixed).map(([name, fixedValue]) => ({ name, value: fixedValue })),
    { name: 'PENSTOCK_APP_VERSION', value: version },
    { name: 'PENSTOCK_WORKERS', value: value('workers') },
    { name: 'PENSTOCK_SHUTDOWN_TIMEOUT', value: text(value('shutdown.requestSeconds'), 's') },
    when('session.secret', {
      name: value('session.variable'),
      valueFrom: { secretKeyRef: { name: value('session.secret'), key: value('session.key') } },
    }),
    each('env'),
  ];
}
