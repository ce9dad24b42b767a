import { fileURLToPath } from 'node:url';

/** Root folder of the installation, with `package.json`, `r/` and `assets/`. Both `src/` and `dist/` are directly in it. */
export const installation = new URL('..', import.meta.url);

/** Absolute path of an installed file such as `r/worker.R`. */
export function installed(path: string): string {
  return fileURLToPath(new URL(path, installation));
}
