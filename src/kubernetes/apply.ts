import { type KubernetesObject, objectsFor } from './documents.js';
import type { Kubectl } from './kubectl.js';
import type { LiveDeployment, LiveList, ObjectMeta } from './live-objects.js';
import { madeBy } from './resources/names.js';
import type { Values } from './values.js';

/** Who owns the fields that we set (server-side apply). */
const manager = 'penstock';

/** Kinds that a deployment may have, and those that only clusters with more installed know. */
const kinds = ['deployment', 'horizontalpodautoscaler', 'service', 'poddisruptionbudget', 'networkpolicy'];
const extraKinds = [
  'scaledobject.keda.sh',
  'servicemonitor.monitoring.coreos.com',
  'httproute.gateway.networking.k8s.io',
];

const serverSide = ['--server-side', '--force-conflicts', '--field-manager', manager];

function manifestOf(values: Values): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...objectsFor(values).values()] });
}

/** What kubectl says of each object. The cluster checks everything; nothing is changed with `dryRun`. */
export function applyValues(kubectl: Kubectl, values: Values, dryRun = false): Promise<string> {
  const check = ['--validate=strict', ...(dryRun ? ['--dry-run=server'] : [])];
  return kubectl.must(['apply', ...serverSide, ...check, '--filename', '-'], manifestOf(values));
}

/** How the cluster's objects would change, as a diff; empty if not at all. */
export async function diffValues(kubectl: Kubectl, values: Values): Promise<string> {
  const args = ['diff', ...serverSide, '--filename', '-'];
  const { code, stderr, stdout } = await kubectl.run(args, manifestOf(values));
  // diff's own exit codes: 1 tells of differences, more of a failure.
  if (code !== 0 && code !== 1) await kubectl.must(args, manifestOf(values));
  return code === 1 && stdout === '' ? stderr : stdout;
}

/**
 * An autoscaler takes over a Deployment whose number of pods we have set. Were the number just left out, the server
 * would set it back to 1: somebody else must own it too before. `kubectl scale` to the same number would not do, since
 * it changes nothing. https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export async function handOverReplicas(kubectl: Kubectl, { metadata, spec }: LiveDeployment): Promise<void> {
  const ours = metadata.managedFields?.some(
    (fields) => fields.manager === manager && JSON.stringify(fields.fieldsV1).includes('"f:replicas"'),
  );
  if (!ours) return;
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: metadata.name },
    spec: { replicas: spec.replicas ?? 1 },
  };
  // A Deployment of nothing but this is no valid one, but for the server it is a part of the one that is there.
  const flags = ['--server-side', '--field-manager', `${manager}-handover`, '--validate=false'];
  await kubectl.must(['apply', ...flags, '--filename', '-'], JSON.stringify(object));
}

/** Deletes what an earlier deployment made and these values do not ask for, such as an autoscaler of another kind. */
export async function prune(kubectl: Kubectl, values: Values): Promise<readonly KubernetesObject[]> {
  const wanted = new Set([...objectsFor(values).values()].map(key));
  const found = await madeObjects(kubectl, values.name);
  const stale = found.filter((object) => !wanted.has(key(object)));
  for (const { kind, metadata } of stale) await kubectl.must(['delete', kind, metadata.name, '--wait=false']);
  return stale;
}

/** All that was made under a name. */
export async function madeObjects(
  kubectl: Kubectl,
  name: string,
  more: readonly string[] = [],
): Promise<readonly (KubernetesObject & { readonly metadata: ObjectMeta })[]> {
  const label = `app.kubernetes.io/name=${name},${madeBy.key}=${madeBy.value}`;
  const get = (kind: string) => ['get', kind, '-l', label, '--output', 'json'];
  type Found = LiveList<KubernetesObject & { readonly metadata: ObjectMeta }>;
  const usual = await kubectl.must(get([...kinds, ...more].join(',')));
  // A cluster that does not know a kind has none of it.
  const extra = await Promise.all(extraKinds.map((kind) => kubectl.run(get(kind))));
  return [usual, ...extra.filter(({ ok }) => ok).map(({ stdout }) => stdout)].flatMap(
    (text) => (JSON.parse(text) as Found).items,
  );
}

function key({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}
