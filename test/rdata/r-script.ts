import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const folder = path.join(import.meta.dirname, 'r');

/** Runs one of the scripts in `r/`, in UTC and UTF-8. */
export async function runRScript(name: string, args: readonly (string | number)[]): Promise<void> {
  await promisify(execFile)('Rscript', ['--vanilla', path.join(folder, name), ...args.map(String)], {
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    maxBuffer: 16 * 1024 * 1024,
  });
}

/** Creates a folder for the files that R and Node exchange, and removes it afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const exchange = await mkdtemp(path.join(tmpdir(), 'penstock-rdata-'));
  try {
    return await use(exchange);
  } finally {
    await rm(exchange, { recursive: true, force: true });
  }
}
