/** The files of an installed Penstock: what the npm package, the executable and the R package carry. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { root } from '../setup/root.mjs';

const { files: parts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Relative paths, sorted. Type declarations and source maps are for development only.
 * @returns {string[]}
 */
export function payloadFiles() {
  return ['package.json', ...parts.flatMap((/** @type {string} */ part) => filesOf(part))].sort();
}

/**
 * @param {string} part a folder, or the files in it with an ending, such as `docs/*.md`
 * @returns {string[]}
 */
function filesOf(part) {
  const [folder = '', pattern] = part.split('/');
  const ending = pattern?.replace('*', '') ?? '';
  return readdirSync(join(root, folder), { recursive: pattern === undefined, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !/\.(d\.ts|map)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/**
 * Identifies the contents of the files.
 * @param {readonly string[]} files
 */
export function payloadId(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/**
 * Copies the files into a folder.
 * @param {string} target
 */
export function copyPayload(target) {
  for (const file of payloadFiles()) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    copyFileSync(join(root, file), join(target, file));
  }
}
