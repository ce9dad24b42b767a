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
  return [
    'package.json',
    ...parts.flatMap((/** @type {string} */ part) =>
      readdirSync(join(root, part), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.(d\.ts|map)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
    ),
  ].sort();
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
