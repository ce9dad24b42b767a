import { type Template, value, when } from '../template.js';
import { adminPort, balancerSelector, metadata, named, selector, type Track } from './names.js';

/**
 * The Service for clients. It selects both Deployments, so without a gateway the numbers of pods set the shares. With HAProxy
 * in front of them, it selects that.
 */
export const publicService: Template = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(value('name'), {
    annotations: when('service.annotations', value('service.annotations')),
  }),
  spec: {
    type: value('service.type'),
    loadBalancerClass: when('service.loadBalancerClass', value('service.loadBalancerClass')),
    selector: when({ path: 'balancer.by', is: 'haproxy' }, balancerSelector, selector()),
    ports: [httpPort()],
  },
};

/** The identity of the pods, for example for access to a cloud's storage. */
export const serviceAccount: Template = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(when('serviceAccount.name', value('serviceAccount.name'), value('name')), {
    annotations: when('serviceAccount.annotations', value('serviceAccount.annotations')),
  }),
  automountServiceAccountToken: value('serviceAccount.automount'),
};

/** The admin ports, for Prometheus and KEDA. It is headless, because they must reach each pod. */
export const adminService: Template = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(named('admin')),
  spec: {
    type: 'ClusterIP',
    clusterIP: 'None',
    selector: selector(),
    ports: [{ name: 'admin', port: adminPort, targetPort: 'admin', protocol: 'TCP' }],
  },
};

/** The pods of one Deployment, for a gateway that splits requests by weight. */
export function trackService(track: Track): Template {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(named(track)),
    spec: { type: 'ClusterIP', selector: selector(track), ports: [httpPort()] },
  };
}

function httpPort(): Template {
  return { name: 'http', port: value('service.port'), targetPort: 'http', protocol: 'TCP' };
}
