import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { version as penstockVersion } from '../version.js';
import type { AppLocation } from './find-app.js';
import { configNames, projectFiles } from './project.js';

/** Names that are never part of an app, in any subfolder: files of other tools, and secrets. */
export const excludedNames: readonly string[] = [
  '.git',
  '.github',
  '.svn',
  '.hg',
  '.idea',
  '.vscode',
  '.Rproj.user',
  '.Rhistory',
  '.RData',
  '.Ruserdata',
  '.Renviron',
  '.env',
  '.DS_Store',
  '.penstock',
  'node_modules',
  'rsconnect',
];

/** Sizes for the manifests, measured once. They describe pods, not the app, so they do not change its version. */
export const sizingFile = 'penstock-sizing.json';

/** Excluded paths: package libraries with binaries of this machine, and the files that describe the image. */
export const excludedPaths: readonly string[] = [
  'renv/library',
  'renv/local',
  'renv/python',
  'renv/sandbox',
  'renv/staging',
  'packrat/lib',
  'packrat/lib-R',
  'packrat/lib-ext',
  'packrat/src',
  'Dockerfile',
  '.dockerignore',
  sizingFile,
];

/** Files that belong to a saved model in the same folder. Its folder may contain unrelated files. */
export const modelCompanions: readonly string[] = [...configNames, 'renv.lock'];

/** The files of an app: sorted paths relative to its folder. Symbolic links are followed. */
export function appFiles({ directory, entry, file }: AppLocation): string[] {
  if (entry === 'model') {
    const companions = modelCompanions.filter((name) => isFile(join(directory, name)));
    return [basename(file), ...companions].sort();
  }
  const found: string[] = [];
  collect(directory, '', found);
  return found.sort();
}

function collect(directory: string, folder: string, found: string[]): void {
  for (const name of readdirSync(join(directory, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (excludedNames.includes(name) || excludedPaths.includes(path)) continue;
    const stats = statSync(join(directory, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) collect(directory, path, found);
    else if (stats?.isFile()) found.push(path);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A name for images and Kubernetes objects: the name of the folder or model, as a DNS label. */
export function appName({ directory, entry, file }: AppLocation): string {
  const plain = entry === 'model' ? basename(file).replace(/\.rds$/i, '') : basename(directory);
  const label = plain
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^[^a-z]+|-+$/g, '');
  return label === '' ? 'app' : label;
}

/** The files of an image: the app's, and those of its project. Paths in the image, and on this machine. */
export function imageFiles(app: AppLocation): { path: string; file: string }[] {
  const own = appFiles(app).map((path) => ({ path, file: join(app.directory, path) }));
  return [...own, ...projectFiles(app).map((path) => ({ path, file: join(app.project!, path) }))];
}

/** 12 hexadecimal digits, derived from the contents of the image's files and Penstock's version. */
export async function appVersion(app: AppLocation): Promise<string> {
  const hash = createHash('sha256').update(`penstock ${penstockVersion}\n`);
  for (const { file, path } of imageFiles(app)) {
    hash.update(`${path}\n${statSync(file).size}\n`);
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  }
  return hash.digest('hex').slice(0, 12);
}

/** The argument of `penstock serve` when the app's folder is at `root`. */
export function appArgument({ directory, entry, file }: AppLocation, root: string): string {
  if (entry === 'models') return root;
  return `${root}/${relative(directory, file).split(sep).join('/')}`;
}
