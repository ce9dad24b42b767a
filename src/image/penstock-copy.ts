import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../installation.js';

/** What the package consists of, as package.json's `files` says. `dist` has all that it needs of others. */
const parts = ['package.json', 'assets', 'dist', 'r'];

/** Copies the Penstock that runs now, so that an image has the very same without asking a registry. */
export function copyPenstock(target: string): void {
  rmSync(target, { recursive: true, force: true });
  for (const part of parts) {
    cpSync(installed(part), join(target, part), {
      recursive: true,
      filter: (path) => !/\.(d\.ts|map)$/.test(path), // for those who write code against it
    });
  }
}
