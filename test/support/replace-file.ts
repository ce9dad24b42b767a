import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a file in one step, as tools that renew secrets do: a server that watches it never sees half of it. */
export function replaceFile(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
