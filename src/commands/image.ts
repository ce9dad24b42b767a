import { dirname } from 'node:path';
import { stderr, stdout } from 'node:process';
import type { AppLocation } from '../app/find-app.js';
import { displayPath } from '../config/file.js';
import type { Config } from '../config/load.js';
import { askR } from '../doctor/ask-r.js';
import { PenstockError } from '../errors.js';
import { type AppImage, buildAppImage, imageTags } from '../image/build.js';
import { ownDockerfile, refuseToOverwrite, writeContext } from '../image/context.js';
import { dockerfile } from '../image/dockerfile.js';
import { type Engine, findEngine } from '../image/engine.js';
import { type BaseKind, planImage, type Recipe } from '../image/recipe.js';
import { readRenvLock } from '../image/renv-lock.js';

/** The flags of `penstock image` that no other command has. */
export interface ImageOptions {
  readonly write: boolean;
  readonly force: boolean;
  readonly base: BaseKind;
  readonly baseImage: string | undefined;
  readonly nodeImage: string | undefined;
  readonly tags: readonly string[];
  readonly buildArgs: readonly string[];
  readonly engine: string | undefined;
  readonly cache: boolean;
  readonly push: boolean;
}

/** Makes an image of an app, or writes down how. */
export async function image(app: AppLocation, config: Config, options: ImageOptions): Promise<number> {
  if (options.write) {
    refuseToOverwrite(app, options.force);
    const written = await writeContext(app, dockerfile(await plan(app, config, options)), options.force);
    for (const path of written) stdout.write(`wrote ${displayPath(path, process.cwd())}\n`);
    return 0;
  }
  const args = buildArguments(options);
  const tags = await imageTags(app, options.tags, options.push);
  const engine = await findEngine(options.engine);
  const own = options.force ? undefined : ownDockerfile(app);
  if (own !== undefined) stderr.write("Building from the Dockerfile in the app's folder.\n");
  const built = await buildAppImage({
    app,
    engine,
    dockerfile: own ?? dockerfile(await plan(app, config, options)),
    tags,
    args,
    cache: options.cache,
    push: options.push,
  });
  stdout.write(summary(built, engine));
  return 0;
}

async function plan(app: AppLocation, config: Config, options: ImageOptions): Promise<Recipe> {
  const answer = await askR(config.rscript, app, process.cwd());
  const silent = 'absent' in answer;
  // A lock file says enough, so that a machine without R can build too.
  if (silent && readRenvLock(app.directory) === undefined)
    throw new PenstockError('r_not_found', answer.output);
  if (config.config !== undefined && dirname(config.config) !== app.directory) {
    warn(`${displayPath(config.config, process.cwd())} is not in the app's folder, so not in the image.`);
  }
  const models = [config.model, ...config.models.values()];
  const { recipe, warnings } = planImage({
    app,
    base: options.base,
    baseImage: options.baseImage,
    nodeImage: options.nodeImage,
    answer: silent ? undefined : answer,
    packages: models.flatMap((model) => model?.packages ?? []),
  });
  warnings.forEach(warn);
  return recipe;
}

/** The images come as arguments too, because a Dockerfile that the user has changed takes them no other way. */
function buildArguments({ baseImage, buildArgs, nodeImage }: ImageOptions): Record<string, string> {
  const given = buildArgs.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new PenstockError('usage', `--build-arg takes NAME=VALUE, not ${text}.`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    ...(baseImage !== undefined && { BASE_IMAGE: baseImage }),
    ...(nodeImage !== undefined && { NODE_IMAGE: nodeImage }),
    ...Object.fromEntries(given),
  };
}

function summary({ digests, duration, id, size, tags }: AppImage, { program }: Engine): string {
  const megabytes = (size / 1e6).toFixed(0);
  return `
Image   ${tags.join('\n        ')}
Digest  ${digests[0] ?? id}
Size    ${megabytes} MB
Built   in ${(duration / 1000).toFixed(1)} s

Run it:

  ${program} run --rm --read-only --tmpfs /tmp -p 8000:8000 ${tags[0]}
`;
}

function warn(warning: string): void {
  stderr.write(`warning: ${warning}\n`);
}
