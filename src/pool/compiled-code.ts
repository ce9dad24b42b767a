import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installed } from '../installation.js';

/** Files that have not been written for this time belong to a version that is no longer used, or are made again. */
const UNUSED_AFTER_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Where R keeps its compiled form of `r/`, which halves the time it takes to start: a file in `$XDG_CACHE_HOME/penstock`,
 * by default `~/.cache/penstock`, named after a hash of the sources. `r/compiled.R` adds R's version. Empty if there is no
 * such folder, or if others may write to it: R runs what it reads. An image has what `r/compile.R` made when it was built.
 */
export function compiledCodeFile(): string {
  const built = installed('compiled/');
  if (existsSync(built)) return join(built, 'r');
  try {
    const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'penstock');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { mode, uid } = statSync(folder);
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) return '';
    removeUnused(folder);
    return join(folder, `r-${hashOfSources()}`);
  } catch {
    return '';
  }
}

function hashOfSources(): string {
  const folder = installed('r/');
  const hash = createHash('sha256');
  for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort())
    if (name.endsWith('.R')) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

function removeUnused(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (/^r-[0-9a-f]{16}-/.test(name) && Date.now() - statSync(file).mtimeMs > UNUSED_AFTER_MS)
      unlinkSync(file);
  }
}
