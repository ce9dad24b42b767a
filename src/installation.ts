import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** Root folder of the installation, with `package.json`, `r/` and `assets/`. Both `src/` and `dist/` are directly in it. */
export const installation = new URL('..', import.meta.url);

/** Absolute path of an installed file such as `r/worker.R`. */
export function installed(path: string): string {
  return fileURLToPath(new URL(path, installation));
}

/** The program and first arguments that start this Penstock again. The single executable needs no script. */
export function ownCommand(): [string, ...string[]] {
  return isSea() ? [process.execPath] : [process.execPath, ...process.execArgv, installed('dist/cli.js')];
}
