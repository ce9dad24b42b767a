import { gunzipSync, gzipSync } from 'node:zlib';
import type { Objects } from './apply.js';
import type { KubernetesObject } from './documents.js';
import type { Kubectl } from './kubectl.js';
import type { LiveDeployment } from './live-objects.js';
import { managedBy } from './resources/names.js';

/** Manifests that became ready, by the revision of their Deployment. */
export type History = ReadonlyMap<number, Objects>;

const KEPT = 10;
const secretOf = (name: string): string => `${name}-history`;

/** The annotation that Deployments and ReplicaSets have. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

export function revisionOf({ metadata }: LiveDeployment): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}

export async function readHistory(kubectl: Kubectl, name: string): Promise<History> {
  const secret = await kubectl.find<{ data?: Record<string, string> }>('secret', secretOf(name));
  const entries = Object.entries(secret?.data ?? {}).flatMap(([key, text]): [number, Objects][] => {
    const [, revision] = /^revision-(\d+)$/.exec(key) ?? [];
    if (revision === undefined) return [];
    return [[Number(revision), JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8'))]];
  });
  return new Map(entries.sort(([one], [other]) => other - one));
}

/**
 * Keeps a manifest that became ready. Re-applying it undoes a failed one and keeps the ownership of all fields, which
 * `kubectl rollout undo` does not: the next manifest could then not remove what it left out. A Secret, since variables
 * may contain secrets.
 */
export async function recordRelease(kubectl: Kubectl, name: string, objects: Objects): Promise<void> {
  const live = await kubectl.find<LiveDeployment>('deployment', name);
  if (live === undefined) return;
  const template = templateOf(objects, name);
  const others = [...(await readHistory(kubectl, name))].filter(
    ([revision, old]) => revision !== revisionOf(live) && templateOf(old, name) !== template,
  );
  const kept: [number, Objects][] = [[revisionOf(live), objects], ...others.slice(0, KEPT - 1)];
  const data = kept.map(([revision, all]) => [
    `revision-${revision}`,
    gzipSync(JSON.stringify(all)).toString('base64'),
  ]);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretOf(name),
      labels: { 'app.kubernetes.io/instance': name, [managedBy.key]: managedBy.value },
    },
    data: Object.fromEntries(data),
  };
  const flags = ['--server-side', '--force-conflicts', '--field-manager', 'penstock-history'];
  await kubectl.must(['apply', ...flags, '--filename', '-'], JSON.stringify(secret));
}

/** The objects, but with the number of pods that the Deployment has now, if they set one. */
export function withLiveReplicas(objects: Objects, { metadata, spec }: LiveDeployment): Objects {
  return objects.map((object) => {
    const own = (object as KubernetesObject & { spec?: { replicas?: number } }).spec;
    if (object.kind !== 'Deployment' || object.metadata.name !== metadata.name) return object;
    return own?.replicas === undefined
      ? object
      : { ...object, spec: { ...own, replicas: spec.replicas ?? 1 } };
  });
}

function templateOf(objects: Objects, name: string): string {
  const found = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
  return JSON.stringify((found as { spec?: { template?: unknown } } | undefined)?.spec?.template);
}
