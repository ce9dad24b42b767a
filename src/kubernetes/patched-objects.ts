import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type KubernetesObject, objectsFor } from './documents.js';
import type { Kubectl } from './kubectl.js';
import { kustomizeBase } from './kustomize.js';
import type { Values } from './values.js';

/** The objects for these values, with the user's patches, which kubectl applies as Kustomize does. */
export async function patchedObjects(
  kubectl: Pick<Kubectl, 'must'>,
  values: Values,
  patches: readonly object[],
): Promise<readonly KubernetesObject[]> {
  if (patches.length === 0) return [...objectsFor(values).values()];
  const folder = await mkdtemp(join(tmpdir(), 'penstock-kustomize-'));
  try {
    for (const [path, text] of kustomizeBase(values, patches)) await writeFile(join(folder, path), text);
    const printed = await kubectl.must(['kustomize', folder]);
    return parseAllDocuments(printed).map((document) => document.toJS() as KubernetesObject);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
