import { type Command, Option } from 'commander';
import { type BaseKind, defaultBase } from '../image/recipe.js';
import type { ImageOptions } from './image.js';

const bases: readonly BaseKind[] = ['r-ver', 'debian'];

/** Adds the flags that only `penstock image` has. */
export function addImageFlags(command: Command): Command {
  const flags = [
    new Option('--write', "Write a Dockerfile and a .dockerignore to the app's folder, and do not build."),
    new Option(
      '--lock',
      'First write a renv.lock with the installed package versions. Fails if there is one.',
    ),
    new Option('--force', 'Overwrite an existing Dockerfile, or ignore it when building.'),
    new Option('--base <kind>', 'Source of R: the rocker/r-ver image of an R version, or Debian packages.')
      .choices(bases)
      .default(defaultBase),
    new Option('--base-image <image>', 'Base image to use instead of the default.'),
    new Option('--node-image <image>', 'Image to copy Node from instead of the default.'),
    new Option('--tag <name...>', "Name of the image (default: the app's name and version).").default(
      [],
      'NAME:VERSION',
    ),
    new Option('--build-arg <name=value...>', 'Build argument for the Dockerfile.').default([], 'none'),
    new Option(
      '--platform <platform>',
      'Platform to build for, such as linux/arm64 (default: that of this machine).',
    ),
    new Option(
      '--secret <secret...>',
      'Secret for the build, such as id=GITHUB_PAT,env=GITHUB_PAT for packages in private repositories.',
    ).default([], 'none'),
    new Option('--engine <program>', 'Build tool (default: docker if its daemon is running, else podman).'),
    new Option('--no-cache', 'Build all layers without the cache.'),
    new Option('--push', 'Push the image to the registry in its name.'),
    new Option(
      '--bundle <folder>',
      'Also write the image, a Helm chart, manifests and checksums to a folder, for air-gapped sites.',
    ),
  ];
  for (const flag of flags) command.addOption(flag.helpGroup('Image:'));
  return command;
}

export function imageOptionsOf(command: Command): ImageOptions {
  const {
    base,
    baseImage,
    buildArg,
    bundle,
    cache,
    engine,
    force,
    lock,
    nodeImage,
    platform,
    push,
    secret,
    tag,
    write,
  } = command.opts();
  return {
    base,
    baseImage,
    nodeImage,
    engine,
    bundle,
    cache,
    tags: tag,
    platform,
    secrets: secret,
    buildArgs: buildArg,
    write: write === true,
    lock: lock === true,
    force: force === true,
    push: push === true,
  };
}
