import { type Template, value } from '../template.js';
import { adminPort, labels, named, publicPort } from './names.js';

/**
 * KServe copies the model to /mnt/models, and this image serves it with the Open Inference Protocol. The object is not
 * in a namespace.
 */
export const servingRuntime: Template = {
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ClusterServingRuntime',
  metadata: { name: named('runtime'), labels: labels(value('version')) },
  spec: {
    protocolVersions: ['v2'],
    supportedModelFormats: [{ name: 'rds', version: '1', autoSelect: true }],
    containers: [
      {
        name: 'kserve-container',
        image: value('image'),
        args: ['serve', '/mnt/models'],
        env: [
          { name: 'PENSTOCK_HOST', value: '0.0.0.0' },
          { name: 'PENSTOCK_ADMIN_HOST', value: '0.0.0.0' },
          { name: 'PENSTOCK_ADMIN_OPEN', value: 'true' },
          { name: 'PENSTOCK_WORKERS', value: value('workers') },
          { name: 'OMP_NUM_THREADS', value: '1' },
          { name: 'OPENBLAS_NUM_THREADS', value: '1' },
        ],
        ports: [{ name: 'http1', containerPort: publicPort, protocol: 'TCP' }],
        readinessProbe: { httpGet: { path: '/readyz', port: adminPort }, periodSeconds: 5 },
        resources: {
          requests: { cpu: value('resources.cpu'), memory: value('resources.memory') },
          limits: { memory: value('resources.memory') },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  },
};
