import { each, hashOf, type Template, text, value, when } from '../template.js';
import { container } from './container.js';
import { labels, metadata, named, selector, type Track } from './names.js';

/** The Deployment, or its canary, which differs only in name, image, version and number of pods. */
export function deployment(track: Track): Template {
  const canary = track === 'canary';
  const versionPath = canary ? 'canary.version' : 'version';
  const version = value(versionPath);
  // Each pod has these labels and no `helm.sh/chart`: a new version of the chart alone must not replace the pods.
  const { 'helm.sh/chart': _chart, ...podLabels } = labels(version);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(
      canary ? named('canary') : value('name'),
      {
        labels: { track },
        annotations: { 'kubernetes.io/change-cause': text('version ', value(versionPath)) },
      },
      version,
    ),
    spec: {
      // Omitted if there is an autoscaler: applying the manifest again would reset the number.
      replicas: canary
        ? value('canary.replicas')
        : when({ path: 'autoscaling.by', is: 'none' }, value('replicas')),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: value('progressSeconds'),
      minReadySeconds: 2,
      selector: { matchLabels: selector(track) },
      // With maxUnavailable 0, an update never reduces capacity: new pods are ready before old ones stop.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...podLabels, track, more: each('podLabels') },
          annotations: {
            'kubectl.kubernetes.io/default-container': 'penstock',
            'checksum/config': when('config', hashOf('config')),
            more: each('podAnnotations'),
          },
        },
        spec: podSpec(value(canary ? 'canary.image' : 'image'), version, track),
      },
    },
  };
}

/** The settings of the container in a file, if they are not in the image. */
export function configMap(track: Track): Template {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(configName(track)),
    data: { 'penstock.yaml': value('config') },
  };
}

function configName(track: Track): Template {
  return named(track === 'canary' ? 'canary-config' : 'config');
}

function podSpec(image: Template, version: Template, track: Track): Template {
  return {
    serviceAccountName: when(
      'serviceAccount.name',
      value('serviceAccount.name'),
      when('serviceAccount.create', value('name')),
    ),
    automountServiceAccountToken: value('serviceAccount.automount'),
    // With service links, a Service named "penstock" would add PENSTOCK_* variables to every pod.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: value('shutdown.graceSeconds'),
    imagePullSecrets: when('imagePullSecrets', value('imagePullSecrets')),
    priorityClassName: when('priorityClassName', value('priorityClassName')),
    nodeSelector: when('nodeSelector', value('nodeSelector')),
    tolerations: when('tolerations', value('tolerations')),
    securityContext: {
      runAsNonRoot: true,
      // Platforms such as OpenShift choose the user themselves.
      runAsUser: when('user', value('user')),
      runAsGroup: when('user', value('user')),
      fsGroup: when('user', value('user')),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    affinity: when('affinity', value('affinity'), spreadOverZones(track)),
    topologySpreadConstraints: when('topologySpreadConstraints', value('topologySpreadConstraints'), [
      spreadOverNodes(track),
    ]),
    initContainers: when('initContainers', value('initContainers')),
    containers: [container(image, version), each('extraContainers')],
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: value('tmpSize') } },
      when('config', { name: 'config', configMap: { name: configName(track) } }),
      each('volumes'),
    ],
  };
}

function spreadOverNodes(track: Track): Template {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selector(track) },
    // Counts only the pods of one version, so that they are still evenly spread after an update.
    matchLabelKeys: ['pod-template-hash'],
  };
}

/**
 * Not a second topologySpreadConstraint: the scheduler ignores every node that lacks the label of any of them, so on a
 * cluster without zones the pods would not be spread at all.
 */
function spreadOverZones(track: Track): Template {
  const term = {
    topologyKey: 'topology.kubernetes.io/zone',
    labelSelector: { matchLabels: selector(track) },
    matchLabelKeys: ['pod-template-hash'],
  };
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
    },
  };
}
