import { readFileSync, type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** `watchFile` polls and follows symbolic links, which is how Kubernetes replaces the files of a Secret. */
const POLL_INTERVAL_MS = 1000;

/**
 * The value read from some files, read again when they change. If the new files are not valid, the last value is kept:
 * a certificate may already have been replaced while its key has not.
 */
export class WatchedFiles<T> {
  readonly #paths: readonly string[];
  readonly #read: (texts: readonly Buffer[]) => T;
  readonly #log: Logger;
  readonly #listeners: (() => void)[] = [];
  readonly #onChange: StatsListener = () => this.#refresh();
  #value: T;

  /**
   * @param read parses the contents of the files. Messages of its errors must not contain secrets.
   */
  constructor(paths: readonly string[], log: Logger, read: (texts: readonly Buffer[]) => T) {
    this.#paths = paths;
    this.#read = read;
    this.#log = log;
    this.#value = this.#load();
    for (const path of paths)
      watchFile(path, { interval: POLL_INTERVAL_MS, persistent: false }, this.#onChange);
  }

  get value(): T {
    return this.#value;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    for (const path of this.#paths) unwatchFile(path, this.#onChange);
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
      this.#log.error(
        { event: 'secrets-kept', files },
        `${files} changed but cannot be used, so the previous version stays in use: ${message}`,
      );
      return;
    }
    this.#log.info({ event: 'secrets-read', files }, `${files} changed and is in use`);
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
    ENOENT: 'the file does not exist',
    EACCES: 'no permission to read it',
    EISDIR: 'it is a directory',
  };
  return reasons[code ?? ''] ?? `it cannot be read (${code})`;
}

/** Lines that are neither blank nor comments (`#`), with their line numbers. */
export function linesOf(text: Buffer): { line: string; number: number }[] {
  return text
    .toString('utf8')
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}
