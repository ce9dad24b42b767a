import { type Template, text, value } from '../template.js';
import { adminPort, metadata, selector } from './names.js';

/** Doubles, or adds four pods, every 15 s while it must; takes away only what five quiet minutes did not need. */
const behavior: Template = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
  },
};

const target: Template = { apiVersion: 'apps/v1', kind: 'Deployment', name: value('name') };

/** By CPU: needs nothing but the metrics server. */
export const horizontalPodAutoscaler: Template = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: metadata(),
  spec: {
    scaleTargetRef: target,
    minReplicas: value('autoscaling.min'),
    maxReplicas: value('autoscaling.max'),
    metrics: [
      {
        type: 'Resource',
        resource: {
          name: 'cpu',
          target: { type: 'Utilization', averageUtilization: value('autoscaling.cpu') },
        },
      },
    ],
    behavior,
  },
};

/**
 * By requests that run or wait, summed over the pods' /scale, without Prometheus. It sees what CPU does not: workers
 * that wait for a database. KEDA makes its own HorizontalPodAutoscaler of it.
 */
export const scaledObject: Template = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: metadata(),
  spec: {
    scaleTargetRef: target,
    minReplicaCount: value('autoscaling.min'),
    maxReplicaCount: value('autoscaling.max'),
    pollingInterval: 5,
    cooldownPeriod: 300,
    // When /scale can't be read: as many pods as at most, for too many only cost money.
    fallback: { failureThreshold: 3, replicas: value('autoscaling.max') },
    advanced: { horizontalPodAutoscalerConfig: { behavior } },
    triggers: [
      {
        type: 'metrics-api',
        metricType: 'AverageValue',
        metadata: {
          url: text('http://', value('name'), '-admin.', value('namespace'), `.svc:${adminPort}/scale`),
          format: 'json',
          valueLocation: 'ongoing',
          targetValue: text(value('autoscaling.ongoing')),
          aggregateFromKubeServiceEndpoints: 'true',
          aggregationType: 'sum',
        },
      },
    ],
  },
};

/** Node drains take one pod at a time; one that is broken anyway never holds them up. */
export const disruptionBudget: Template = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selector() },
  },
};
