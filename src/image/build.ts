import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { appName } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import { PenstockError } from '../errors.js';
import { stageContext } from './context.js';
import { buildImage, type Engine, type ImageFacts, inspectImage, pushImage } from './engine.js';

export interface AppImageInput {
  readonly app: AppLocation;
  readonly engine: Engine;
  readonly dockerfile: string;
  /** Names of the image, including tags. */
  readonly tags: readonly string[];
  /** Build arguments for the Dockerfile. */
  readonly args: Readonly<Record<string, string>>;
  readonly cache: boolean;
  /** Further words for the engine. */
  readonly flags: readonly string[];
  /** Of the app, with everything that goes into the image. */
  readonly version: string;
  readonly push: boolean;
}

/** The built image. */
export interface AppImage extends ImageFacts {
  /** Digest in the registry, if it was pushed. */
  readonly pushed: string | undefined;
  readonly tags: readonly string[];
  readonly version: string;
  /** Duration of the build, in ms. */
  readonly duration: number;
}

/** The names of an app's image: the requested names, or NAME. A name without a tag gets the version. */
export function imageTags(
  app: AppLocation,
  version: string,
  requested: readonly string[],
  push: boolean,
): string[] {
  const names = requested.length > 0 ? requested : [appName(app)];
  const tags = names.map((name) => (/:[^/]+$/.test(name) ? name : `${name}:${version}`));
  const local = push ? tags.find((tag) => !tag.includes('/')) : undefined;
  if (local !== undefined) throw new PenstockError('image_not_pushed', `${local} contains no registry.`);
  return tags;
}

/** Builds the image of an app, and pushes it if `push` is set. */
export async function buildAppImage(input: AppImageInput): Promise<AppImage> {
  const { app, cache, dockerfile, engine, flags, push, tags } = input;
  const folder = await mkdtemp(join(tmpdir(), 'penstock-image-'));
  try {
    const began = performance.now();
    await stageContext(app, folder, dockerfile);
    const revision = await gitRevision(app.directory);
    const args = { VERSION: input.version, ...(revision && { REVISION: revision }), ...input.args };
    await buildImage(engine, { folder, tags, args, cache, flags });
    const duration = performance.now() - began;
    let pushed: string | undefined;
    if (push) for (const tag of tags) pushed = (await pushImage(engine, tag)) ?? pushed;
    const facts = await inspectImage(engine, tags[0]!);
    if (facts === undefined)
      throw new PenstockError('image_not_built', `${engine.program} does not list it.`);
    return { ...facts, tags, version: input.version, duration, pushed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The current commit of the app's repository; undefined if there is no repository. */
function gitRevision(directory: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', ['-C', directory, 'rev-parse', 'HEAD'], (error, stdout) => {
      resolve(error === null ? stdout.trim() : undefined);
    });
  });
}
