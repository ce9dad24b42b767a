import { type Template, value, when } from '../template.js';
import { environment, resources } from './container.js';
import { adminPort, metadata, named, publicPort } from './names.js';

/**
 * KServe copies the model to /mnt/models, and this image serves it with the Open Inference Protocol, under the name of
 * the InferenceService, which KServe inserts. A runtime of one namespace, so that two namespaces can have one of the
 * same name.
 */
export const servingRuntime: Template = {
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ServingRuntime',
  metadata: metadata(named('runtime')),
  spec: {
    protocolVersions: ['v2'],
    supportedModelFormats: [{ name: 'rds', version: '1', autoSelect: true }],
    containers: [
      {
        name: 'kserve-container',
        image: value('image'),
        args: ['serve', '/mnt/models', '--model-name', '{{.Name}}'],
        env: environment(),
        ports: [{ name: 'http1', containerPort: publicPort, protocol: 'TCP' }],
        readinessProbe: { httpGet: { path: '/readyz', port: adminPort }, periodSeconds: 5 },
        resources: resources(),
        securityContext: {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
    imagePullSecrets: when('imagePullSecrets', value('imagePullSecrets')),
  },
};
