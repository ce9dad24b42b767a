import { spawnSync } from 'node:child_process';

/** Throws an error that names the missing programs and how to install them. */
export function requireTools(...tools: string[]): void {
  const missing = tools.filter((tool) => spawnSync(tool, ['-v']).error !== undefined);
  if (missing.length > 0)
    throw new Error(`Missing: ${missing.join(', ')}. Install with: apt-get install ${missing.join(' ')}`);
}
