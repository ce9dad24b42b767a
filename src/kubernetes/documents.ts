import {
  backendTrafficPolicy,
  balancer,
  balancerBudget,
  balancerConfig,
  destinationRule,
  virtualService,
} from './resources/balancer.js';
import { configMap, deployment } from './resources/deployment.js';
import { balancerPolicy, httpRoute, ingress, networkPolicy, serviceMonitor } from './resources/network.js';
import { disruptionBudget, horizontalPodAutoscaler, scaledObject } from './resources/scaling.js';
import { adminService, publicService, serviceAccount, trackService } from './resources/services.js';
import { servingRuntime } from './resources/serving-runtime.js';
import { type Condition, holds, resolve, type Template } from './template.js';
import type { Values } from './values.js';

/** One object of the deployment. */
export interface Document {
  /** The name of its file, without the extension. */
  readonly name: string;
  /** The object exists if all conditions hold. */
  readonly conditions: readonly Condition[];
  readonly template: Template;
}

/** The members that all Kubernetes objects have. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

const canary: Condition = { path: 'canary.enabled' };
const configured: Condition = { path: 'config' };
const haproxy: Condition = { path: 'balancer.by', is: 'haproxy' };
const istio: Condition = { path: 'balancer.by', is: 'istio' };
const routed: Condition = { path: 'httpRoute.enabled' };

/** All documents, in the order of applying them. */
export const documents: readonly Document[] = [
  { name: 'network-policy', conditions: [{ path: 'networkPolicy.enabled' }], template: networkPolicy },
  {
    name: 'network-policy-balancer',
    conditions: [{ path: 'networkPolicy.enabled' }, haproxy],
    template: balancerPolicy,
  },
  { name: 'service-account', conditions: [{ path: 'serviceAccount.create' }], template: serviceAccount },
  { name: 'config-map', conditions: [configured], template: configMap('stable') },
  { name: 'config-map-canary', conditions: [canary, configured], template: configMap('canary') },
  { name: 'service', conditions: [], template: publicService },
  { name: 'service-admin', conditions: [], template: adminService },
  { name: 'disruption-budget', conditions: [], template: disruptionBudget },
  { name: 'deployment', conditions: [], template: deployment('stable') },
  { name: 'deployment-canary', conditions: [canary], template: deployment('canary') },
  {
    name: 'autoscaler',
    conditions: [{ path: 'autoscaling.by', is: 'cpu' }],
    template: horizontalPodAutoscaler,
  },
  { name: 'scaled-object', conditions: [{ path: 'autoscaling.by', is: 'keda' }], template: scaledObject },
  { name: 'balancer-config', conditions: [haproxy], template: balancerConfig },
  { name: 'balancer-disruption-budget', conditions: [haproxy], template: balancerBudget },
  { name: 'balancer', conditions: [haproxy], template: balancer },
  { name: 'virtual-service', conditions: [istio], template: virtualService },
  { name: 'destination-rule', conditions: [istio], template: destinationRule },
  {
    name: 'backend-traffic-policy',
    conditions: [{ path: 'balancer.by', is: 'envoy-gateway' }],
    template: backendTrafficPolicy,
  },
  { name: 'service-monitor', conditions: [{ path: 'serviceMonitor.enabled' }], template: serviceMonitor },
  { name: 'service-stable', conditions: [routed, canary], template: trackService('stable') },
  { name: 'service-canary', conditions: [routed, canary], template: trackService('canary') },
  { name: 'ingress', conditions: [{ path: 'ingress.enabled' }], template: ingress },
  { name: 'http-route', conditions: [routed], template: httpRoute },
  { name: 'serving-runtime', conditions: [{ path: 'kserve.enabled' }], template: servingRuntime },
];

/** The objects for these values, by file name. */
export function objectsFor(values: Values): Map<string, KubernetesObject> {
  const wanted = documents.filter(({ conditions }) => holds(conditions, values));
  return new Map(wanted.map(({ name, template }) => [name, resolve(template, values) as KubernetesObject]));
}
