import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../installation.js';

/** The parts of the npm package, as in `files` of package.json. `dist` includes all dependencies. */
const parts = ['package.json', 'assets', 'dist', 'docs', 'r'];

/** Needed only for development, and the pictures of the documentation. */
const UNUSED = /\.(d\.ts|map)$|\/docs\/images$|\/docs\/.*\.svg$/;

/** Copies the running Penstock, so that the image gets the same version without a registry. */
export function copyPenstock(target: string): void {
  rmSync(target, { recursive: true, force: true });
  for (const part of parts) {
    cpSync(installed(part), join(target, part), {
      recursive: true,
      filter: (path) => !UNUSED.test(path),
    });
  }
}
