import { readFileSync, type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** Milliseconds between looks. A look follows links, which is how Kubernetes swaps the files of a Secret. */
const INTERVAL = 1000;

/**
 * What some files say, now and whenever they change. Files that do not fit each other or cannot be read change nothing,
 * once they have been good: half of a certificate and its key may have been replaced.
 */
export class WatchedFiles<T> {
  readonly #paths: readonly string[];
  readonly #read: (texts: readonly Buffer[]) => T;
  readonly #log: Logger;
  readonly #listeners: (() => void)[] = [];
  readonly #look: StatsListener = () => this.#refresh();
  #value: T;

  /**
   * @param read makes of the files' contents what they mean; what it throws says what is wrong, and nothing of what is
   *             in there
   */
  constructor(paths: readonly string[], log: Logger, read: (texts: readonly Buffer[]) => T) {
    this.#paths = paths;
    this.#read = read;
    this.#log = log;
    this.#value = this.#load();
    for (const path of paths) watchFile(path, { interval: INTERVAL, persistent: false }, this.#look);
  }

  get value(): T {
    return this.#value;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    for (const path of this.#paths) unwatchFile(path, this.#look);
  }

  #load(): T {
    return this.#read(this.#paths.map(contents));
  }

  #refresh(): void {
    const files = this.#paths.join(', ');
    try {
      this.#value = this.#load();
    } catch (error) {
      const { message } = error as Error;
      this.#log.error({ event: 'secrets-kept', files }, `${files} changed, and stays as it was: ${message}`);
      return;
    }
    this.#log.info({ event: 'secrets-read', files }, `${files} changed, and is in use`);
    for (const listener of this.#listeners) listener();
  }
}

function contents(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new PenstockError('secret_unusable', `${path}: ${reason((error as NodeJS.ErrnoException).code)}.`);
  }
}

function reason(code: string | undefined): string {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read',
    EISDIR: 'it is a folder',
  };
  return reasons[code ?? ''] ?? `it cannot be read (${code})`;
}

/** Lines that say something, with their numbers from 1: not blank, and no comment after `#`. */
export function linesOf(text: Buffer): { line: string; number: number }[] {
  return text
    .toString('utf8')
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}
