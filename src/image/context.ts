import { constants, existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appFiles } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import { PenstockError } from '../errors.js';
import { dockerIgnore } from './docker-ignore.js';
import { isOurs } from './dockerfile.js';
import { copyPenstock } from './penstock-copy.js';

/** Where a build finds Penstock, from the context's root. */
const runtime = join('.penstock', 'runtime');

/** The Dockerfile in the app's folder that `--write` made, and that the user may have changed since. */
export function ownDockerfile({ directory }: AppLocation): string | undefined {
  const path = join(directory, 'Dockerfile');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  return isOurs(text) ? text : undefined;
}

/** Makes in an empty folder what a build is sent: the app's files, Penstock, and the Dockerfile. */
export async function stageContext(app: AppLocation, folder: string, dockerfile: string): Promise<void> {
  for (const path of appFiles(app)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(join(app.directory, path), join(folder, path), constants.COPYFILE_FICLONE);
  }
  copyPenstock(join(folder, runtime));
  await writeFile(join(folder, 'Dockerfile'), dockerfile);
  const ignore = ownIgnore(app);
  await writeFile(join(folder, '.dockerignore'), ignore ?? dockerIgnore(app));
}

/** A Dockerfile may be the user's own, or ours with changes. */
export function refuseToOverwrite({ directory }: AppLocation, force: boolean): void {
  const path = join(directory, 'Dockerfile');
  if (force || !existsSync(path)) return;
  throw new PenstockError('image_unplanned', `${path} is there already: --force writes over it.`);
}

/** Writes the same beside the app, so that docker and podman can build there without Penstock. */
export async function writeContext(app: AppLocation, dockerfile: string, force: boolean): Promise<string[]> {
  const path = join(app.directory, 'Dockerfile');
  copyPenstock(join(app.directory, runtime));
  await writeFile(path, dockerfile);
  const written = [path, join(app.directory, runtime)];
  const ignore = join(app.directory, '.dockerignore');
  if (force || !existsSync(ignore)) {
    await writeFile(ignore, dockerIgnore(app));
    written.push(ignore);
  }
  return written;
}

/** A .dockerignore that goes with a Dockerfile of ours. */
function ownIgnore(app: AppLocation): string | undefined {
  const path = join(app.directory, '.dockerignore');
  return ownDockerfile(app) !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
