import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { defaultBase } from '../image/recipe.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import { containerd, loadImage, localCluster } from '../kubernetes/local-cluster.js';
import { buildFor } from './image.js';

/**
 * Builds the image, and pushes it to a registry or loads it into a local cluster.
 *
 * @returns the reference for the pods: by digest if the image is in a registry, so that other bytes are rolled out
 */
export async function provideImage(
  app: AppLocation,
  config: Config,
  kubectl: Kubectl,
  reference: string,
  intoContainerd: boolean,
): Promise<string> {
  const push = !intoContainerd && namesRegistry(reference);
  const { stdout } = await kubectl.run(['config', 'current-context']);
  const context = config.context ?? stdout.trim();
  const local = intoContainerd ? containerd : push ? undefined : localCluster(context);
  if (!push && local === undefined) {
    const why = `${reference} contains no registry, and "${context}" is not a known local cluster.`;
    throw new PenstockError('image_unreachable', why);
  }
  // Podman would name it localhost/…, which the nodes would not find.
  const tag = namesRegistry(reference) ? reference : inDockerHub(reference);
  const { built, engine } = await buildFor(app, config, {
    write: false,
    lock: false,
    bundle: undefined,
    force: false,
    base: defaultBase,
    baseImage: undefined,
    nodeImage: undefined,
    tags: [tag],
    buildArgs: [],
    engine: undefined,
    cache: true,
    push,
    platform: undefined,
    secrets: [],
  });
  if (local !== undefined) await loadImage(engine.program, tag, local);
  return built.pushed === undefined ? reference : `${reference}@${built.pushed}`;
}

/** Uses docker's rule: the first part contains a dot or a port, or is localhost. */
function namesRegistry(reference: string): boolean {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
}

/** The full name that docker, containerd and the kubelet use for a name without a registry. */
function inDockerHub(reference: string): string {
  return reference.includes('/') ? `docker.io/${reference}` : `docker.io/library/${reference}`;
}
