import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';

/** A cluster on this machine, and how to load an image into it. */
export interface LocalCluster {
  readonly kind: 'minikube' | 'kind' | 'k3d' | 'containerd' | 'shared';
  /** The command that loads an image archive; undefined if the cluster uses the images of the engine. */
  readonly load: ((archive: string) => readonly string[]) | undefined;
}

/** Recognizes local clusters by the names that their tools give to kubectl contexts; undefined for all others. */
export function localCluster(context: string): LocalCluster | undefined {
  const [, kind] = /^kind-(.+)$/.exec(context) ?? [];
  if (kind !== undefined)
    return { kind: 'kind', load: (file) => ['kind', 'load', 'image-archive', file, '--name', kind] };
  const [, k3d] = /^k3d-(.+)$/.exec(context) ?? [];
  if (k3d !== undefined) return { kind: 'k3d', load: (file) => ['k3d', 'image', 'import', file, '-c', k3d] };
  if (context === 'docker-desktop' || context === 'rancher-desktop')
    return { kind: 'shared', load: undefined };
  if (/^minikube\b/.test(context))
    return { kind: 'minikube', load: (file) => ['minikube', 'image', 'load', file, '--profile', context] };
  return undefined;
}

/** A cluster with this machine as its only node. The kubelet uses the images in containerd's namespace k8s.io. */
export const containerd: LocalCluster = {
  kind: 'containerd',
  load: (file) => ['ctr', '--namespace', 'k8s.io', 'images', 'import', file],
};

/** Saves an image to a file that docker, podman and containerd can load. Podman does not replace a file. */
export async function saveImage(engine: string, image: string, archive: string): Promise<void> {
  await rm(archive, { force: true });
  await mustRun([engine, 'save', '--output', archive, image], 'image_not_built');
}

/** Saves the image to a file and loads the file with the cluster's tool. This works with docker and podman. */
export async function loadImage(engine: string, image: string, { load }: LocalCluster): Promise<void> {
  if (load === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'penstock-load-'));
  try {
    const archive = join(folder, 'image.tar');
    await saveImage(engine, image, archive);
    await mustRun(load(archive));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command. Its output goes to standard error. */
function mustRun(
  [program = '', ...args]: readonly string[],
  code: 'image_unreachable' | 'image_not_built' = 'image_unreachable',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (how: string) => reject(new PenstockError(code, `${[program, ...args].join(' ')} ${how}.`));
    const child = spawn(program, args, { stdio: ['ignore', process.stderr, process.stderr] });
    child.on('error', (error) => fail(`did not start: ${error.message}`));
    child.on('close', (code) => (code === 0 ? resolve() : fail(`ended with exit code ${code}`)));
  });
}
