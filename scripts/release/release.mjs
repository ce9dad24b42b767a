/** What the builds of a release share. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../setup/root.mjs';

/** Where the builds write what they make. */
export const releaseFolder = join(root, 'build');

/** @type {{ version: string }} */
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Path of the executable for a platform such as linux-x64.
 * @param {string} platform
 */
export function executableFor(platform) {
  return join(releaseFolder, `penstock-${version}-${platform}`);
}

/**
 * Writes FILE.sha256, in the format of sha256sum.
 * @param {string} file
 */
export function checksum(file) {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(`${file}.sha256`, `${digest}  ${basename(file)}\n`);
}
