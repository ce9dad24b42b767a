import { each, type Template, text, value, when } from '../template.js';
import { adminPort, named, publicPort } from './names.js';

/** Ephemeral storage that the scheduler reserves for the logs and for /tmp. */
const STORAGE_REQUEST = '256Mi';

/** The container of Penstock. */
export function container(image: Template, version: Template): Template {
  const admin = (path: string): Template => ({ path, port: 'admin' });
  return {
    name: 'penstock',
    image,
    imagePullPolicy: value('imagePullPolicy'),
    ports: [
      { name: 'http', containerPort: publicPort, protocol: 'TCP' },
      { name: 'admin', containerPort: adminPort, protocol: 'TCP' },
    ],
    env: [
      ...environment(),
      { name: 'PENSTOCK_APP_VERSION', value: version },
      { name: 'PENSTOCK_SHUTDOWN_TIMEOUT', value: text(value('shutdown.requestSeconds'), 's') },
      when('config', { name: 'PENSTOCK_CONFIG', value: '/etc/penstock/penstock.yaml' }),
      when('session.secret', {
        name: value('session.variable'),
        valueFrom: { secretKeyRef: { name: value('session.secret'), key: value('session.key') } },
      }),
      each('env'),
    ],
    envFrom: when('envFrom', value('envFrom')),
    resources: resources(),
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
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      when('config', { name: 'config', mountPath: '/etc/penstock', readOnly: true }),
      each('volumeMounts'),
    ],
  };
}

/** No CPU limit: it would slow down requests while the node is idle. R's threads are limited instead. */
export function resources(): Template {
  return {
    requests: {
      cpu: value('resources.cpu'),
      memory: value('resources.memory'),
      'ephemeral-storage': STORAGE_REQUEST,
    },
    limits: { memory: value('resources.memory'), 'ephemeral-storage': value('resources.storage') },
  };
}

/** Environment variables override the penstock.yaml in the image, so the manifest's assumptions hold. */
export function environment(): Template[] {
  const fixed = { ...addresses, ...adminAccess, PENSTOCK_LOG_FORMAT: 'json' };
  return [
    ...Object.entries(fixed).map(([name, fixedValue]) => ({ name, value: fixedValue })),
    {
      name: 'PENSTOCK_ADMIN_TOKEN',
      valueFrom: {
        secretKeyRef: {
          name: when('admin.secret', value('admin.secret'), named('admin-token')),
          key: value('admin.key'),
          optional: true,
        },
      },
    },
    { name: 'PENSTOCK_WORKERS', value: value('workers') },
    // R's libraries would otherwise start a thread for each core of the node.
    ...threadVariables.map((name) => ({ name, value: text(value('threads')) })),
  ];
}

const addresses = {
  PENSTOCK_HOST: '0.0.0.0',
  PENSTOCK_PORT: String(publicPort),
  PENSTOCK_ADMIN_HOST: '0.0.0.0',
  PENSTOCK_ADMIN_PORT: String(adminPort),
};

/**
 * Probes and Prometheus come from outside the pod and have no token. All else requires the token of the Secret, and is
 * impossible without one.
 */
const adminAccess = { PENSTOCK_ADMIN_OPEN: 'false', PENSTOCK_ADMIN_METRICS_OPEN: 'true' };

const threadVariables = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'R_DATATABLE_NUM_THREADS'];

/** Variables that other values set. A second entry of the same name would make the manifest invalid. */
export const reservedVariables: readonly string[] = [
  ...Object.keys(addresses),
  ...Object.keys(adminAccess),
  ...threadVariables,
  'PENSTOCK_LOG_FORMAT',
  'PENSTOCK_ADMIN_TOKEN',
  'PENSTOCK_WORKERS',
  'PENSTOCK_APP_VERSION',
  'PENSTOCK_SHUTDOWN_TIMEOUT',
  'PENSTOCK_CONFIG',
];
