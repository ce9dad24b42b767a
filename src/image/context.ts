import { constants, existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageFiles } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import { projectFiles } from '../app/project.js';
import { PenstockError } from '../errors.js';
import { dockerIgnore } from './docker-ignore.js';
import { isGenerated } from './dockerfile.js';
import { copyPenstock } from './penstock-copy.js';

/** The path of the copy of Penstock in the build context. */
const runtime = join('.penstock', 'runtime');

/** The Dockerfile that `--write` created in the app's folder. The user may have edited it. */
export function existingDockerfile({ directory }: AppLocation): string | undefined {
  const path = join(directory, 'Dockerfile');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  return isGenerated(text) ? text : undefined;
}

/** Creates the build context in an empty folder: the app's files, Penstock, and the Dockerfile. */
export async function stageContext(app: AppLocation, folder: string, dockerfile: string): Promise<void> {
  for (const { file, path } of imageFiles(app)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(file, join(folder, path), constants.COPYFILE_FICLONE);
  }
  copyPenstock(join(folder, runtime));
  await writeFile(join(folder, 'Dockerfile'), dockerfile);
  const ignore = existingIgnore(app);
  await writeFile(join(folder, '.dockerignore'), ignore ?? dockerIgnore(app));
}

/** An existing Dockerfile may contain work of the user. Files of the project are not in the folder that gets built. */
export function refuseToWrite(app: AppLocation, force: boolean): void {
  const missing = projectFiles(app);
  if (missing.length > 0) {
    const names = missing.map((path) => join(app.project!, path)).join(', ');
    throw new PenstockError(
      'image_unplanned',
      `--write: the app also needs ${names}. Copy them to ${app.directory} first, or build without --write.`,
    );
  }
  const path = join(app.directory, 'Dockerfile');
  if (force || !existsSync(path)) return;
  throw new PenstockError('image_unplanned', `${path} already exists. Use --force to overwrite it.`);
}

/** Writes the build context to the app's folder, so that docker and podman can build there without Penstock. */
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

/** The .dockerignore that belongs to a Dockerfile of Penstock. */
export function existingIgnore(app: AppLocation): string | undefined {
  const path = join(app.directory, '.dockerignore');
  return existingDockerfile(app) !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
