import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';

/** What an image needs to know of a renv.lock. */
export interface RenvLock {
  /** R's version, when the file tells it. */
  readonly r: string | undefined;
  /** Every package, those that others need among them. */
  readonly packages: readonly string[];
}

/** The lock file of an app's folder; undefined when there is none. */
export function readRenvLock(directory: string): RenvLock | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, 'renv.lock'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const lock = JSON.parse(text) as { R?: { Version?: unknown }; Packages: Record<string, unknown> };
    const version = lock.R?.Version;
    return {
      r: typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? version : undefined,
      packages: Object.keys(lock.Packages),
    };
  } catch {
    throw new PenstockError('image_unplanned', 'renv.lock is no lock file of renv.');
  }
}
