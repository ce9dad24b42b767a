import { createHash, timingSafeEqual } from 'node:crypto';
import { linesOf, WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import { KEY_PREFIX } from '../key-file.js';
import type { Logger } from '../observe/log.js';

/** One line of the file of keys. */
interface KeyEntry {
  readonly name: string;
  readonly digest: Buffer;
  /** Milliseconds since 1970 from which on the key is worth nothing. */
  readonly expires: number;
}

/** By the first bytes of the digest. What is looked up is a digest, so the time it takes tells nothing of any key. */
type KeyTable = ReadonlyMap<number, readonly KeyEntry[]>;

const LINE = /^([\w.@-]{1,64})\s+sha256:([\da-f]{64})(?:\s+expires=(\d{4}-\d{2}-\d{2}))?$/;

/** The API keys that are good, by their digests: the keys themselves are known to nobody but their holders. */
export class KeyRing {
  readonly #file: WatchedFiles<KeyTable>;
  readonly #now: () => number;

  constructor(path: string, log: Logger, now = Date.now) {
    this.#file = new WatchedFiles([path], log, ([text]) => readKeys(text!));
    this.#now = now;
  }

  /** Whose key it is; undefined for one that is not good. */
  holder(key: string): string | undefined {
    const digest = createHash('sha256').update(key).digest();
    const entries = this.#file.value.get(digest.readUInt32BE(0)) ?? [];
    return entries.find((entry) => timingSafeEqual(entry.digest, digest) && this.#now() < entry.expires)
      ?.name;
  }

  close(): void {
    this.#file.close();
  }
}

function readKeys(text: Buffer): KeyTable {
  const table = new Map<number, KeyEntry[]>();
  for (const { line, number } of linesOf(text)) {
    const [, name, hex, until] = LINE.exec(line) ?? [];
    const expires = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
    if (name === undefined || hex === undefined || Number.isNaN(expires)) {
      const kept = line.includes(KEY_PREFIX) ? ' It seems to hold a key, which must not be kept.' : '';
      throw new PenstockError(
        'secret_unusable',
        `Line ${number} of the API keys is not of the form \`NAME sha256:DIGEST\`.${kept}`,
      );
    }
    const digest = Buffer.from(hex, 'hex');
    const slot = digest.readUInt32BE(0);
    table.set(slot, [...(table.get(slot) ?? []), { name, digest, expires }]);
  }
  return table;
}
