import { each, type Template, text, value, when } from '../template.js';
import { adminPort, labels, named, publicPort, selector, type Track } from './names.js';

/** The Deployment that serves, or its canary: the same but for name, image, version and number of pods. */
export function deployment(track: Track): Template {
  const canary = track === 'canary';
  const version = value(canary ? 'canary.version' : 'version');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: canary ? named('canary') : value('name'), labels: { ...labels(version), track } },
    spec: {
      // Left out where an autoscaler decides: applying the manifest again would set it back.
      replicas: canary
        ? value('canary.replicas')
        : when({ path: 'autoscaling.by', is: 'none' }, value('replicas')),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      minReadySeconds: 2,
      selector: { matchLabels: selector(track) },
      // A new pod is ready before an old one goes: with maxUnavailable 0 an update never serves with fewer.
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
    // Without it, a Service named "penstock" would put variables into every pod that look like options.
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
        // Counts the pods of one version only, so that an update ends as evenly spread as it began.
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
      // No limit of CPU: it would slow down requests while the node has nothing else to do. R's threads are limited.
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
    // Requests still come until every node and load balancer has heard that this pod goes.
    lifecycle: { preStop: { sleep: { seconds: value('shutdown.preStopSeconds') } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

/** Variables win over the penstock.yaml in the image, so what the manifest counts on is so. */
function environment(version: Template): Template {
  const fixed: Readonly<Record<string, string>> = {
    PENSTOCK_HOST: '0.0.0.0',
    PENSTOCK_PORT: String(publicPort),
    PENSTOCK_ADMIN_HOST: '0.0.0.0',
    PENSTOCK_ADMIN_PORT: String(adminPort),
    // Probes come from outside the pod; who else gets to the port is for the cluster's network to say.
    PENSTOCK_ADMIN_OPEN: 'true',
    PENSTOCK_LOG_FORMAT: 'json',
    // One worker is one core: R's libraries would otherwise start as many threads as the node has.
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
