import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A hash of twelve characters of the contents of files and of their paths relative to `folder`. Stops if `signal` aborts. */
export async function fingerprint(
  files: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const all = createHash('sha256');
  for (const file of files.toSorted()) {
    const one = createHash('sha256');
    try {
      await pipeline(createReadStream(file), one, { signal });
    } catch {
      signal.throwIfAborted();
      continue; // removed meanwhile
    }
    all.update(`${relative(folder, file)}\0`).update(one.digest());
  }
  signal.throwIfAborted();
  return all.digest('hex').slice(0, 12);
}
