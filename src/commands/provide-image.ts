import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { findEngine } from '../image/engine.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import { containerd, loadImage, localCluster } from '../kubernetes/local-cluster.js';
import { image } from './image.js';

/** Builds the image and brings it to where the nodes find it: a registry, or the nodes of a local cluster. */
export async function provideImage(
  app: AppLocation,
  config: Config,
  kubectl: Kubectl,
  reference: string,
  intoContainerd: boolean,
): Promise<void> {
  const push = !intoContainerd && namesRegistry(reference);
  const { stdout } = await kubectl.run(['config', 'current-context']);
  const context = config.context ?? stdout.trim();
  const local = intoContainerd ? containerd : push ? undefined : localCluster(context);
  if (!push && local === undefined) {
    const why = `${reference} names no registry, and "${context}" is no local cluster that is known.`;
    throw new PenstockError('image_unreachable', why);
  }
  // Podman would call it localhost/…, which is another name to the nodes.
  const tag = namesRegistry(reference) ? reference : inDockerHub(reference);
  const built = await image(app, config, {
    write: false,
    force: false,
    base: 'r-ver',
    baseImage: undefined,
    nodeImage: undefined,
    tags: [tag],
    buildArgs: [],
    engine: undefined,
    cache: true,
    push,
  });
  if (built !== 0) throw new PenstockError('image_not_built');
  if (local !== undefined) await loadImage((await findEngine(undefined)).program, tag, local);
}

/** As docker has it: a first part with a dot or a port, or localhost. */
function namesRegistry(reference: string): boolean {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
}

/** What docker, containerd and the kubelet mean by a name without a registry. */
function inDockerHub(reference: string): string {
  return reference.includes('/') ? `docker.io/${reference}` : `docker.io/library/${reference}`;
}
