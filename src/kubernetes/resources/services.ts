import { type Template, value } from '../template.js';
import { adminPort, metadata, named, selector, type Track } from './names.js';

/** What clients reach. It selects both Deployments, so without a gateway a canary gets its share by its pods. */
export const publicService: Template = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(),
  spec: { type: value('service.type'), selector: selector(), ports: [httpPort()] },
};

/** Each pod's admin port, for Prometheus and KEDA; headless, since one address for all would mean nothing. */
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

/** One Deployment's pods, for a gateway that shares requests by weight. */
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
