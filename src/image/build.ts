import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { appName, appVersion } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import { PenstockError } from '../errors.js';
import { stageContext } from './context.js';
import { buildImage, type Engine, type ImageFacts, inspectImage, pushImage } from './engine.js';

export interface AppImageInput {
  readonly app: AppLocation;
  readonly engine: Engine;
  readonly dockerfile: string;
  /** Names to give it, with their tags. */
  readonly tags: readonly string[];
  /** Values for the Dockerfile's arguments. */
  readonly args: Readonly<Record<string, string>>;
  readonly cache: boolean;
  readonly push: boolean;
}

/** An image that was built. */
export interface AppImage extends ImageFacts {
  readonly tags: readonly string[];
  /** How long building took, in ms. */
  readonly duration: number;
}

/** The names of an app's image: those asked for, with its version where they have no tag, or NAME:VERSION. */
export async function imageTags(
  app: AppLocation,
  asked: readonly string[],
  push: boolean,
): Promise<string[]> {
  const version = await appVersion(app);
  const names = asked.length > 0 ? asked : [appName(app)];
  const tags = names.map((name) => (/:[^/]+$/.test(name) ? name : `${name}:${version}`));
  const lost = push ? tags.find((tag) => !tag.includes('/')) : undefined;
  if (lost !== undefined) throw new PenstockError('image_not_pushed', `${lost} names no registry.`);
  return tags;
}

/** Builds the image of an app, and pushes it if asked to. */
export async function buildAppImage(input: AppImageInput): Promise<AppImage> {
  const { app, cache, dockerfile, engine, push, tags } = input;
  const folder = await mkdtemp(join(tmpdir(), 'penstock-image-'));
  try {
    const began = performance.now();
    await stageContext(app, folder, dockerfile);
    const revision = await gitRevision(app.directory);
    const args = { VERSION: await appVersion(app), ...(revision && { REVISION: revision }), ...input.args };
    await buildImage(engine, { folder, tags, args, cache });
    const duration = performance.now() - began;
    if (push) for (const tag of tags) await pushImage(engine, tag);
    const facts = await inspectImage(engine, tags[0]!);
    if (facts === undefined)
      throw new PenstockError('image_not_built', `${engine.program} does not have it.`);
    return { ...facts, tags, duration };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The commit that the app is at; undefined outside of a repository. */
function gitRevision(directory: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', ['-C', directory, 'rev-parse', 'HEAD'], (error, stdout) => {
      resolve(error === null ? stdout.trim() : undefined);
    });
  });
}
