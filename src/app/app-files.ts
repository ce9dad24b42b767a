import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { version as penstockVersion } from '../version.js';
import type { AppLocation } from './find-app.js';

/** What is in an app's folder but no part of the app, wherever it stands: tools' own files, and secrets. */
export const leftOut: readonly string[] = [
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

/** The same by their paths: libraries that hold binaries of this machine, and what describes the image itself. */
export const leftOutPaths: readonly string[] = [
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
];

/** What a saved model takes along from its folder, which may have anything else in it. */
export const besideModel: readonly string[] = ['penstock.yaml', 'penstock.yml', 'renv.lock'];

/** The files that make up an app, by their paths in its folder, in order; what links point to counts as a file. */
export function appFiles({ directory, entry, file }: AppLocation): string[] {
  if (entry === 'model') {
    const beside = besideModel.filter((name) => isFile(join(directory, name)));
    return [basename(file), ...beside].sort();
  }
  const found: string[] = [];
  collect(directory, '', found);
  return found.sort();
}

function collect(directory: string, folder: string, found: string[]): void {
  for (const name of readdirSync(join(directory, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (leftOut.includes(name) || leftOutPaths.includes(path)) continue;
    const stats = statSync(join(directory, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) collect(directory, path, found);
    else if (stats?.isFile()) found.push(path);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The app's name as an image or a Kubernetes object may have it: a DNS label made of the folder's or model's name. */
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

/** 12 hexadecimal digits that change with the content of the app's files, and with Penstock's own version. */
export async function appVersion(app: AppLocation): Promise<string> {
  const hash = createHash('sha256').update(`penstock ${penstockVersion}\n`);
  for (const path of appFiles(app)) {
    const file = join(app.directory, path);
    hash.update(`${path}\n${statSync(file).size}\n`);
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  }
  return hash.digest('hex').slice(0, 12);
}

/** What `penstock serve` is told where the app's folder is `root`. */
export function appArgument({ directory, entry, file }: AppLocation, root: string): string {
  if (entry === 'models') return root;
  return `${root}/${relative(directory, file).split(sep).join('/')}`;
}
