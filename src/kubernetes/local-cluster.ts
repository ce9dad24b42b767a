import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';

/** A cluster on this machine, and how an image in a file gets to its nodes. */
export interface LocalCluster {
  readonly kind: 'minikube' | 'kind' | 'k3d' | 'containerd' | 'shared';
  /** The program and arguments that load an image archive; undefined where nodes see the engine's own images. */
  readonly load: ((archive: string) => readonly string[]) | undefined;
}

/** By kubectl's context, which the tools name after themselves; undefined for clusters elsewhere. */
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

/** A cluster whose one node is this machine, without a tool of its own: the kubelet sees what is in this namespace. */
export const containerd: LocalCluster = {
  kind: 'containerd',
  load: (file) => ['ctr', '--namespace', 'k8s.io', 'images', 'import', file],
};

/** Saves the image to a file and has the cluster's own tool load it, which works with docker and podman alike. */
export async function loadImage(engine: string, image: string, { load }: LocalCluster): Promise<void> {
  if (load === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'penstock-load-'));
  try {
    const archive = join(folder, 'image.tar');
    await mustRun([engine, 'save', '--output', archive, image]);
    await mustRun(load(archive));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its output goes to standard error as it comes. */
function mustRun([program = '', ...args]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (how: string) =>
      reject(new PenstockError('image_unreachable', `${[program, ...args].join(' ')} ${how}.`));
    const child = spawn(program, args, { stdio: ['ignore', process.stderr, process.stderr] });
    child.on('error', (error) => fail(`could not be started: ${error.message}`));
    child.on('close', (code) => (code === 0 ? resolve() : fail(`ended with exit code ${code}`)));
  });
}
