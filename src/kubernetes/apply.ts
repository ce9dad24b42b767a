import type { KubernetesObject } from './documents.js';
import type { Kubectl } from './kubectl.js';
import type { LiveDeployment, LiveList, ObjectMeta } from './live-objects.js';
import { objectSelector } from './resources/names.js';

/** The field manager of server-side apply. */
const manager = 'penstock';

const kinds = [
  'deployment',
  'horizontalpodautoscaler',
  'service',
  'poddisruptionbudget',
  'networkpolicy',
  'ingress.networking.k8s.io',
  'configmap',
  'serviceaccount',
];
/** Kinds that only clusters with KEDA, the Prometheus operator, the Gateway API or KServe have. */
const extraKinds = [
  'scaledobject.keda.sh',
  'servicemonitor.monitoring.coreos.com',
  'httproute.gateway.networking.k8s.io',
  'virtualservice.networking.istio.io',
  'destinationrule.networking.istio.io',
  'backendtrafficpolicy.gateway.envoyproxy.io',
  'servingruntime.serving.kserve.io',
];

const serverSide = ['--server-side', '--force-conflicts', '--field-manager', manager];

export type Objects = readonly KubernetesObject[];

function listOf(items: Objects): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** Applies the objects, and returns the output of kubectl. With `dryRun`, the cluster only validates them. */
export function applyObjects(kubectl: Kubectl, objects: Objects, dryRun = false): Promise<string> {
  const check = ['--validate=strict', ...(dryRun ? ['--dry-run=server'] : [])];
  return kubectl.must(['apply', ...serverSide, ...check, '--filename', '-'], listOf(objects));
}

/** How the objects in the cluster would change, as a diff; empty without changes. */
export async function diffObjects(kubectl: Kubectl, objects: Objects): Promise<string> {
  const args = ['diff', ...serverSide, '--filename', '-'];
  const { code, stderr, stdout } = await kubectl.run(args, listOf(objects));
  // Exit code 1 of diff means differences, a higher one a failure.
  if (code !== 0 && code !== 1) await kubectl.must(args, listOf(objects));
  return code === 1 && stdout === '' ? stderr : stdout;
}

/**
 * Hands the number of pods over to an autoscaler. If the next manifest only omitted it, the server would reset it to 1,
 * so a second field manager must own it first. `kubectl scale` to the same number has no effect, since it changes
 * nothing. https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export async function handOverReplicas(kubectl: Kubectl, { metadata, spec }: LiveDeployment): Promise<void> {
  const owned = metadata.managedFields?.some(
    (fields) => fields.manager === manager && JSON.stringify(fields.fieldsV1).includes('"f:replicas"'),
  );
  if (!owned) return;
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: metadata.name },
    spec: { replicas: spec.replicas ?? 1 },
  };
  // Alone, this is not a valid Deployment, but the server merges it into the existing one.
  const flags = ['--server-side', '--field-manager', `${manager}-handover`, '--validate=false'];
  await kubectl.must(['apply', ...flags, '--filename', '-'], JSON.stringify(object));
}

/** Deletes objects of an earlier deployment that are no longer wanted, such as another kind of autoscaler. */
export async function prune(kubectl: Kubectl, name: string, objects: Objects): Promise<Objects> {
  const wanted = new Set(objects.map(key));
  const found = await deployedObjects(kubectl, name);
  const stale = found.filter((object) => !wanted.has(key(object)));
  for (const { kind, metadata } of stale) await kubectl.must(['delete', kind, metadata.name, '--wait=false']);
  return stale;
}

/** All objects of a deployment in the cluster. */
export async function deployedObjects(
  kubectl: Kubectl,
  name: string,
  more: readonly string[] = [],
): Promise<readonly (KubernetesObject & { readonly metadata: ObjectMeta })[]> {
  const get = (kind: string) => ['get', kind, '-l', objectSelector(name), '--output', 'json'];
  type Found = LiveList<KubernetesObject & { readonly metadata: ObjectMeta }>;
  const usual = await kubectl.must(get([...kinds, ...more].join(',')));
  // kubectl fails for a kind that the cluster does not know.
  const extra = await Promise.all(extraKinds.map((kind) => kubectl.run(get(kind))));
  return [usual, ...extra.filter(({ ok }) => ok).map(({ stdout }) => stdout)].flatMap(
    (text) => (JSON.parse(text) as Found).items,
  );
}

function key({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}
