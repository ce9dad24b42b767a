import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';

/** The parts of a renv.lock that an image needs. */
export interface RenvLock {
  /** The version of R; undefined if the file has none. */
  readonly r: string | undefined;
  /** All packages, including dependencies. */
  readonly packages: readonly string[];
  /** Whether some come from GitHub and similar. renv installs them at the commit in the file. */
  readonly remotes: boolean;
}

interface LockedPackage {
  readonly Source?: string;
  readonly RemoteSha?: string;
}

/** The lock file in the app's folder; undefined if there is none. */
export function readRenvLock(directory: string): RenvLock | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, 'renv.lock'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const lock = JSON.parse(text) as { R?: { Version?: unknown }; Packages: Record<string, LockedPackage> };
    const version = lock.R?.Version;
    return {
      r: typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? version : undefined,
      packages: Object.keys(lock.Packages),
      remotes: Object.values(lock.Packages).some(({ RemoteSha, Source }) =>
        Boolean(RemoteSha && Source !== 'Repository'),
      ),
    };
  } catch {
    throw new PenstockError('image_unplanned', 'renv.lock is not a valid lock file of renv.');
  }
}
