import { stringify } from 'yaml';
import { documents, type KubernetesObject, objectsFor } from './documents.js';
import type { Values } from './values.js';

/**
 * The files of a Kustomize base, two components and two overlays, by path. The overlays belong to the user and are written
 * only once, so they contain nothing that depends on the version or on other options.
 */
export function kustomization(values: Values, patches: readonly object[] = []): Map<string, string> {
  const files = kustomizeBase(values, patches, 'base/');
  files.set('components/local/kustomization.yaml', yaml(local(values)));
  files.set('components/production/kustomization.yaml', yaml(production(values)));
  files.set('overlays/local/kustomization.yaml', overlay(values, 'local'));
  files.set('overlays/production/kustomization.yaml', overlay(values, 'production'));
  return files;
}

/** The files of all objects that a base may have. */
export const baseFiles: readonly string[] = documents.map(({ name }) => `base/${name}.yaml`);

/** The objects, and a kustomization that patches them. */
export function kustomizeBase(values: Values, patches: readonly object[], folder = ''): Map<string, string> {
  const objects = objectsFor(values);
  const files = new Map<string, string>();
  for (const [name, object] of objects) files.set(`${folder}${name}.yaml`, yaml(object));
  const resources = [...objects.keys()].map((name) => `${name}.yaml`);
  const patched = patches.length > 0 && { patches: patches.map(withTextPatch) };
  files.set(
    `${folder}kustomization.yaml`,
    yaml({ ...head, sortOptions: { order: 'fifo' }, resources, ...patched }),
  );
  return files;
}

/** Objects as one YAML stream. */
export function printedObjects(objects: Iterable<KubernetesObject>): string {
  return [...objects].map(yaml).join('---\n');
}

const head = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
const componentHead = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' };

/** Kustomize wants the patch as text; a user may write it as YAML. */
function withTextPatch(one: object): object {
  const { patch: change } = one as { patch?: unknown };
  return typeof change === 'object' ? { ...one, patch: yaml(change) } : one;
}

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
    ...componentHead,
    patches: [
      patch('Deployment', values.name, deployment),
      patch('Service', values.name, [{ op: 'replace', path: '/spec/type', value: 'NodePort' }]),
      ...minimumPods(values, 1),
    ],
  };
}

/** At least three pods. */
function production(values: Values): object {
  const { autoscaling, name, replicas } = values;
  const count: Operation = { op: 'replace', path: '/spec/replicas', value: Math.max(3, replicas) };
  const patches =
    autoscaling.by === 'none'
      ? [patch('Deployment', name, [count])]
      : minimumPods(values, Math.max(3, autoscaling.min));
  return { ...componentHead, patches };
}

/** KEDA's trigger contains the namespace, so an overlay with another one must change it there too. */
function overlay({ autoscaling, name, namespace }: Values, component: string): string {
  const url = { fieldPaths: ['spec.triggers.0.metadata.url'], options: { delimiter: '.', index: 1 } };
  const replacement = {
    source: { kind: 'Deployment', name, fieldPath: 'metadata.namespace' },
    targets: [{ select: { kind: 'ScaledObject', name }, ...url }],
  };
  const text = yaml({
    ...head,
    ...(namespace !== '' && { namespace }),
    resources: ['../../base'],
    components: [`../../components/${component}`],
    ...(namespace !== '' && autoscaling.by === 'keda' && { replacements: [replacement] }),
  });
  return `# Yours: \`penstock manifests --kustomize\` does not overwrite it. Image, version and number of pods come from the base
# and the component, which it writes again.
${text}`;
}

function minimumPods({ autoscaling, name }: Values, min: number): object[] {
  if (autoscaling.by === 'none' || autoscaling.by === 'external') return [];
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

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
