import { relative } from 'node:path';
import { stderr, stdout } from 'node:process';
import { type AppLocation, startFolder } from '../app/find-app.js';
import { imageHasConfig } from '../app/project.js';
import { displayPath } from '../config/file.js';
import type { Config } from '../config/load.js';
import { askR } from '../doctor/ask-r.js';
import { PenstockError } from '../errors.js';
import { type AppImage, buildAppImage, imageTags } from '../image/build.js';
import { existingDockerfile, refuseToWrite, writeContext } from '../image/context.js';
import { dockerfile } from '../image/dockerfile.js';
import { type Engine, findEngine, withoutTag } from '../image/engine.js';
import { imageVersion } from '../image/image-version.js';
import { unusableSource } from '../image/package-sources.js';
import { type BaseKind, defaultBase, planImage, type Recipe } from '../image/recipe.js';
import { readRenvLock } from '../image/renv-lock.js';
import { writeRenvLock } from '../image/write-lock.js';
import { planDeployment } from '../kubernetes/app-values.js';
import { writeBundle } from './image-bundle.js';
import { printWarnings } from './warnings.js';

/** The flags that only `penstock image` has. */
export interface ImageOptions {
  readonly write: boolean;
  readonly lock: boolean;
  readonly force: boolean;
  readonly base: BaseKind;
  readonly baseImage: string | undefined;
  readonly nodeImage: string | undefined;
  readonly tags: readonly string[];
  readonly buildArgs: readonly string[];
  readonly engine: string | undefined;
  readonly cache: boolean;
  readonly push: boolean;
  /** The folder to write a bundle for air-gapped sites to. */
  readonly bundle: string | undefined;
  readonly platform: string | undefined;
  readonly secrets: readonly string[];
}

/** Builds the image of an app, or writes its Dockerfile. */
export async function image(app: AppLocation, config: Config, options: ImageOptions): Promise<number> {
  if (options.lock) {
    const answer = await askR(config.rscript, app, process.cwd());
    if ('absent' in answer) throw new PenstockError('r_not_found', answer.output);
    const path = writeRenvLock(startFolder(app), answer);
    stderr.write(`wrote ${displayPath(path, process.cwd())}\n`);
  }
  if (options.write) {
    refuseToWrite(app, options.force);
    const recipe = await plan(app, config, options);
    const written = await writeContext(app, dockerfile(recipe), options.force);
    for (const path of written) stdout.write(`wrote ${displayPath(path, process.cwd())}\n`);
    const own = [...recipe.unusable.keys()].join(', ');
    if (own !== '')
      printWarnings([`The Dockerfile does not install ${own}. A comment in it shows where to add that.`]);
    return 0;
  }
  const { built, engine } = await buildFor(app, config, options);
  if (options.bundle !== undefined) {
    const named = { ...config, image: built.tags[0]! };
    const { values, warnings } = await planDeployment(app, named, built.version);
    printWarnings(warnings);
    await writeBundle(options.bundle, engine.program, values);
    stderr.write(`wrote ${displayPath(options.bundle, process.cwd())}\n`);
  }
  stdout.write(summary(built, engine));
  return 0;
}

/** Builds the image of an app, and pushes it if the options say so. */
export async function buildFor(
  app: AppLocation,
  config: Config,
  options: ImageOptions,
): Promise<{ readonly built: AppImage; readonly engine: Engine }> {
  const args = buildArguments(options);
  const platform = options.platform === undefined ? {} : { PLATFORM: options.platform };
  const kind = options.base === defaultBase ? {} : { BASE: options.base };
  const version = await imageVersion(app, { ...args, ...kind, ...platform });
  const tags = imageTags(app, version, options.tags, options.push);
  const engine = await findEngine(options.engine);
  const existing = options.force ? undefined : existingDockerfile(app);
  if (existing !== undefined) stderr.write("Building from the Dockerfile in the app's folder.\n");
  const built = await buildAppImage({
    app,
    engine,
    dockerfile: existing ?? dockerfile(await complete(plan(app, config, options))),
    tags,
    args,
    cache: options.cache,
    version,
    flags: engineFlags(options),
    push: options.push,
  });
  return { built, engine };
}

async function plan(app: AppLocation, config: Config, options: ImageOptions): Promise<Recipe> {
  const answer = await askR(config.rscript, app, process.cwd());
  const failed = 'absent' in answer;
  // A lock file is enough, so you can also build on a machine without R.
  if (failed && readRenvLock(startFolder(app)) === undefined)
    throw new PenstockError('r_not_found', answer.output);
  if (!failed) refuseFilesOutside(app, answer.outside);
  if (config.config !== undefined && !imageHasConfig(app, config.config)) {
    const file = displayPath(config.config, process.cwd());
    printWarnings([
      `The image will not contain ${file}, because it is neither in the app's folder nor in its project.`,
    ]);
  }
  const models = [config.model, ...config.models.values()];
  const { recipe, warnings } = planImage({
    app,
    base: options.base,
    baseImage: options.baseImage,
    nodeImage: options.nodeImage,
    answer: failed ? undefined : answer,
    packages: models.flatMap((model) => model?.packages ?? []),
  });
  printWarnings(warnings);
  return recipe;
}

/** Without a Dockerfile of the user, nothing installs the packages whose source an image cannot use. */
async function complete(planned: Promise<Recipe>): Promise<Recipe> {
  const recipe = await planned;
  const [unusable] = recipe.unusable;
  if (unusable !== undefined) throw unusableSource(...unusable);
  return recipe;
}

function refuseFilesOutside({ directory }: AppLocation, files: readonly string[]): void {
  if (files.length === 0) return;
  const names = files.map((file) => relative(directory, file)).join(', ');
  throw new PenstockError(
    'image_unplanned',
    `The image contains only the app's folder, but the app reads ${names}. Move these files into ${directory}.`,
  );
}

/** Passes the images as arguments too, because a Dockerfile edited by the user gets them no other way. */
function buildArguments({ baseImage, buildArgs, nodeImage }: ImageOptions): Record<string, string> {
  const given = buildArgs.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new PenstockError('usage', `--build-arg: expected NAME=VALUE; got "${text}".`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    ...(baseImage !== undefined && { BASE_IMAGE: baseImage }),
    ...(nodeImage !== undefined && { NODE_IMAGE: nodeImage }),
    ...Object.fromEntries(given),
  };
}

function engineFlags({ platform, secrets }: ImageOptions): string[] {
  return [
    ...(platform === undefined ? [] : ['--platform', platform]),
    ...secrets.flatMap((secret) => ['--secret', secret]),
  ];
}

function summary({ digests, duration, id, pushed, size, tags }: AppImage, { program }: Engine): string {
  const megabytes = (size / 1e6).toFixed(0);
  return `
Image   ${tags.join('\n        ')}
Digest  ${pushed === undefined ? (digests[0] ?? id) : `${withoutTag(tags[0]!)}@${pushed}`}
Size    ${megabytes} MB
Built   in ${(duration / 1000).toFixed(1)} s

Run it:

  ${program} run --rm --read-only --tmpfs /tmp -p 8000:8000 ${tags[0]}
`;
}
