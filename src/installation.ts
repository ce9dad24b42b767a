import { fileURLToPath } from 'node:url';

/** Where Penstock is installed: the folder of `package.json`, `r/` and `assets/`. `src/` and `dist/` stand in it alike. */
export const installation = new URL('..', import.meta.url);

/** Path of what is installed there, as `r/worker.R`. */
export function installed(path: string): string {
  return fileURLToPath(new URL(path, installation));
}
