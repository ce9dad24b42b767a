import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Twelve characters that stand for the contents of files: the same on another machine, if the files stand in the same
 * places as seen from `folder`.
 */
export async function fingerprint(files: readonly string[], folder: string): Promise<string> {
  const all = createHash('sha256');
  for (const file of files.toSorted()) {
    const one = createHash('sha256');
    try {
      await pipeline(createReadStream(file), one);
    } catch {
      continue; // it is gone again
    }
    all.update(`${relative(folder, file)}\0`).update(one.digest());
  }
  return all.digest('hex').slice(0, 12);
}
