import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { installed } from '../installation.js';

/** What the package consists of, as package.json's `files` says. */
const parts = ['package.json', 'assets', 'dist', 'r'];

/**
 * Copies the Penstock that runs now, with the npm packages that it needs, so that an image has the very same without
 * asking a registry. None of them has compiled code, so they fit every platform. In one go: there are many small files.
 */
export function copyPenstock(target: string, source: string = dirname(installed('package.json'))): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const part of parts) {
    const from = join(source, part);
    if (existsSync(from))
      cpSync(from, join(target, part), { recursive: true, filter: (path) => isNeeded(path) });
  }
  copyDependencies(source, target, []);
}

/**
 * Each package is copied to the top, where all find it, or beside the one that needs it if another version is there.
 *
 * @param above  the folders of node_modules that a package at `target` looks into, the nearest first
 */
function copyDependencies(source: string, target: string, above: readonly Folder[]): void {
  const own: Folder = { path: join(target, 'node_modules'), holds: new Map() };
  const folders = [own, ...above];
  const top = folders.at(-1)!;
  for (const name of dependenciesOf(source)) {
    const found = resolvePackage(name, source);
    if (found === undefined) continue;
    const visible = folders.find(({ holds }) => holds.has(name))?.holds.get(name);
    if (visible === found) continue;
    const folder = visible === undefined ? top : own;
    folder.holds.set(name, found);
    const place = join(folder.path, name);
    cpSync(found, place, { recursive: true, dereference: true, filter: (path) => isNeeded(path, found) });
    copyDependencies(found, place, folder === top ? [top] : folders);
  }
}

interface Folder {
  readonly path: string;
  /** Where each package in it was copied from. */
  readonly holds: Map<string, string>;
}

function dependenciesOf(folder: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

/** As Node looks for it: in the node_modules of the folder and of those above. */
function resolvePackage(name: string, from: string): string | undefined {
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === dirname(folder)) return undefined;
  }
}

/** Folders at the top of npm packages that are for those who work on them. */
const forAuthors = /^(\.github|\.vscode|__tests__|benchmarks?|docs?|examples?|tests?)$/;

/** Types, source maps and texts are for those who write code against it; licenses stay. */
function isNeeded(path: string, root?: string): boolean {
  const name = basename(path);
  if (root !== undefined && path !== root) {
    if (name === 'node_modules') return false;
    if (dirname(path) === root && forAuthors.test(name)) return false;
    if (/\.md$/i.test(name) && !/licen[cs]e/i.test(name)) return false;
  }
  return !/\.(d\.[cm]?ts|map|tsbuildinfo)$/.test(name);
}
