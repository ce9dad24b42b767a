import { stringify } from 'yaml';
import { objectsFor } from './documents.js';
import type { Values } from './values.js';

/** The files of a Kustomize base and its overlays, by path. */
export function kustomization(values: Values): Map<string, string> {
  const objects = objectsFor(values);
  const files = new Map<string, string>();
  for (const [name, object] of objects) files.set(`base/${name}.yaml`, yaml(object));
  const resources = [...objects.keys()].map((name) => `${name}.yaml`);
  files.set('base/kustomization.yaml', yaml({ ...head, resources }));
  files.set('overlays/local/kustomization.yaml', yaml(local(values)));
  files.set('overlays/production/kustomization.yaml', yaml(production(values)));
  return files;
}

/** All objects as one YAML stream. */
export function printedObjects(values: Values): string {
  return [...objectsFor(values).values()].map(yaml).join('---\n');
}

const head = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };

interface Operation {
  readonly op: 'replace' | 'add';
  readonly path: string;
  readonly value: unknown;
}

/** For minikube, kind and similar clusters: one small pod, and a node port instead of a load balancer. */
function local(values: Values): object {
  const deployment: Operation[] = [
    { op: 'replace', path: '/spec/template/spec/containers/0/resources/requests/cpu', value: '100m' },
    { op: 'add', path: '/spec/template/spec/containers/0/imagePullPolicy', value: 'IfNotPresent' },
  ];
  if (values.autoscaling.by === 'none') deployment.push({ op: 'replace', path: '/spec/replicas', value: 1 });
  return {
    ...head,
    resources: ['../../base'],
    patches: [
      patch('Deployment', values.name, deployment),
      patch('Service', values.name, [{ op: 'replace', path: '/spec/type', value: 'NodePort' }]),
      ...minimumPods(values, 1),
    ],
  };
}

/** At least three pods, and an image entry in which the user can change the tag or set a digest. */
function production(values: Values): object {
  const { name, newTag, digest } = imageParts(values.image);
  return {
    ...head,
    ...(values.namespace !== 'default' && { namespace: values.namespace }),
    resources: ['../../base'],
    images: [{ name, newName: name, ...(digest === undefined ? { newTag } : { digest }) }],
    patches: [
      ...minimumPods(values, Math.max(3, values.autoscaling.min)),
      ...(values.autoscaling.by === 'none'
        ? [
            patch('Deployment', values.name, [
              { op: 'replace', path: '/spec/replicas', value: Math.max(3, values.replicas) },
            ]),
          ]
        : []),
    ],
  };
}

function minimumPods({ autoscaling, name }: Values, min: number): object[] {
  if (autoscaling.by === 'none') return [];
  const [kind, minKey, maxKey] =
    autoscaling.by === 'cpu'
      ? ['HorizontalPodAutoscaler', 'minReplicas', 'maxReplicas']
      : ['ScaledObject', 'minReplicaCount', 'maxReplicaCount'];
  const operations: Operation[] = [{ op: 'replace', path: `/spec/${minKey}`, value: min }];
  if (min > autoscaling.max) operations.push({ op: 'replace', path: `/spec/${maxKey}`, value: min });
  return [patch(kind!, name, operations)];
}

function patch(kind: string, name: string, operations: readonly Operation[]): object {
  return { target: { kind, name }, patch: yaml(operations) };
}

/** Splits `host:5000/name:tag@sha256:…`. */
function imageParts(image: string): { name: string; newTag: string; digest: string | undefined } {
  const [tagged = '', digest] = image.split('@');
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  return {
    name: hasTag ? tagged.slice(0, colon) : tagged,
    newTag: hasTag ? tagged.slice(colon + 1) : 'latest',
    digest,
  };
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
