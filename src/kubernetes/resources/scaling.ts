import { type Template, text, value, when } from '../template.js';
import { adminPort, metadata, selector } from './names.js';

/** Adds 100 % or 4 pods every 15 s, whichever is more. Removes at most 50 % per minute, after 5 minutes of less load. */
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

/** Scales by CPU. Requires only the metrics server. */
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
          // Not a share of the request, which is small so that pods fit on small nodes.
          target: { type: 'AverageValue', averageValue: value('autoscaling.cpu') },
        },
      },
    ],
    behavior,
  },
};

/**
 * Scales by the demand of all pods, as /scale reports it, without Prometheus: running requests, and waiting ones by the
 * time they take. Unlike CPU, this includes workers that wait for a database. KEDA creates a HorizontalPodAutoscaler
 * from it.
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
    // If /scale cannot be read, the number of pods stays. KEDA before 2.17 ignores the behavior and sets the minimum.
    fallback: {
      failureThreshold: 3,
      replicas: value('autoscaling.min'),
      behavior: 'currentReplicasIfHigher',
    },
    advanced: { horizontalPodAutoscalerConfig: { behavior } },
    triggers: [
      {
        type: 'metrics-api',
        metricType: 'AverageValue',
        metadata: {
          // KEDA reads the namespace from the URL.
          url: when(
            'namespace',
            text('http://', value('name'), '-admin.', value('namespace'), `.svc:${adminPort}/scale`),
            text('http://', value('name'), `-admin.default.svc:${adminPort}/scale`),
          ),
          format: 'json',
          valueLocation: 'demand',
          targetValue: text(value('autoscaling.demand')),
          aggregateFromKubeServiceEndpoints: 'true',
          aggregationType: 'sum',
        },
      },
    ],
  },
};

/** Node drains evict one pod at a time. Pods that are not healthy never block a drain. */
export function disruptionBudgetOf(name: Template, pods: Record<string, Template>): Template {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(name),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: pods },
    },
  };
}

export const disruptionBudget: Template = disruptionBudgetOf(value('name'), selector());
