import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Copies an app's folder, and removes `@batch` from its plumber.R. */
export function withoutBatch(folder: string): string {
  const copy = join('.penstock', 'bench', `${basename(folder)}-without-batch`);
  cpSync(folder, copy, { recursive: true });
  const lines = readFileSync(join(folder, 'plumber.R'), 'utf8').split('\n');
  writeFileSync(join(copy, 'plumber.R'), lines.filter((line) => !line.startsWith('#* @batch')).join('\n'));
  return copy;
}
