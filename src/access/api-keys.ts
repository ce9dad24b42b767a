import { createHash, timingSafeEqual } from 'node:crypto';
import { linesOf, WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import { KEY_PREFIX } from '../key-file.js';
import type { Logger } from '../observe/log.js';

/** One line of the key file. */
interface KeyEntry {
  readonly name: string;
  readonly digest: Buffer;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Keys by the first bytes of their digest. Looking up a digest leaks nothing about a key through timing. */
type KeyTable = ReadonlyMap<number, readonly KeyEntry[]>;

const LINE = /^([\w.@-]{1,64})\s+sha256:([\da-f]{64})(?:\s+expires=(\d{4}-\d{2}-\d{2}))?$/;

/** The valid API keys. Only their digests are stored. */
export class ApiKeys {
  readonly #file: WatchedFiles<KeyTable>;
  readonly #now: () => number;

  constructor(path: string, log: Logger, now = Date.now) {
    this.#file = new WatchedFiles([path], log, ([text]) => readKeys(text!));
    this.#now = now;
  }

  /** The name of a valid key; otherwise undefined. */
  nameOf(key: string): string | undefined {
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
      const key = line.includes(KEY_PREFIX) ? ' The line seems to contain the key itself.' : '';
      throw new PenstockError(
        'secret_unusable',
        `API keys, line ${number}: expected \`NAME sha256:DIGEST\`.${key}`,
      );
    }
    const digest = Buffer.from(hex, 'hex');
    const slot = digest.readUInt32BE(0);
    table.set(slot, [...(table.get(slot) ?? []), { name, digest, expires }]);
  }
  return table;
}
