import { type Command, Option } from 'commander';
import type { BaseKind } from '../image/recipe.js';
import type { ImageOptions } from './image.js';

const bases: readonly BaseKind[] = ['r-ver', 'debian'];

/** Gives `penstock image` the flags that are its own. */
export function addImageFlags(command: Command): Command {
  const flags = [
    new Option('--write', "Write Dockerfile and .dockerignore into the app's folder, and build nothing."),
    new Option('--force', 'Write over a Dockerfile that is there, or build without regard to it.'),
    new Option('--base <kind>', 'Where R comes from: an image with one version of R, or Debian.')
      .choices(bases)
      .default('r-ver'),
    new Option('--base-image <image>', 'Another image to begin with.'),
    new Option('--node-image <image>', 'Another image to take Node from.'),
    new Option('--tag <name...>', "Name of the image (default: the app's name and version).").default(
      [],
      'NAME:VERSION',
    ),
    new Option('--build-arg <name=value...>', 'Argument for the Dockerfile.').default([], 'none'),
    new Option('--engine <program>', 'What builds it (default: docker if its daemon answers, else podman).'),
    new Option('--no-cache', 'Build every layer anew.'),
    new Option('--push', 'Push the image to the registry that its name begins with.'),
  ];
  for (const flag of flags) command.addOption(flag.helpGroup('Image:'));
  return command;
}

export function imageOptionsOf(command: Command): ImageOptions {
  const { base, baseImage, buildArg, cache, engine, force, nodeImage, push, tag, write } = command.opts();
  return {
    base,
    baseImage,
    nodeImage,
    engine,
    cache,
    tags: tag,
    buildArgs: buildArg,
    write: write === true,
    force: force === true,
    push: push === true,
  };
}
