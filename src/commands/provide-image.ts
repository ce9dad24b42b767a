import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { tagImage } from '../image/engine.js';
import { defaultBase } from '../image/recipe.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { containerd, loadImage, localCluster } from '../kubernetes/local-cluster.js';
import { buildFor } from './image.js';

/**
 * Builds the image, and pushes it to a registry or loads it into a local cluster.
 *
 * @returns the reference for the pods, which depends on the image's bytes, so that others are rolled out: by digest if the
 *   image is in a registry, otherwise by a tag with its id
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
  if (local !== undefined) {
    const suffix = `-${built.id.replace(/^sha256:/, '').slice(0, 12)}`;
    await tagImage(engine, tag, `${tag}${suffix}`);
    await loadImage(engine.program, `${tag}${suffix}`, local);
    return `${reference}${suffix}`;
  }
  return built.pushed === undefined ? reference : `${reference}@${built.pushed}`;
}

/**
 * If nothing was built, the image stays that of the running pods if the name is the same.
 *
 * @param wouldBuild  the real deployment would build an image, and may add its id to the tag
 */
export function withLiveImage(image: string, live: LiveDeployment | undefined, wouldBuild: boolean): string {
  const running = live?.spec.template.spec.containers.map((container) => container.image) ?? [];
  const added = wouldBuild ? /^(@sha256:|-)[0-9a-f]{12,}$/ : /^@sha256:[0-9a-f]+$/;
  return running.find((one) => one.startsWith(image) && added.test(one.slice(image.length))) ?? image;
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
