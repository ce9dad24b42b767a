import { write, writeSync } from 'node:fs';
import { countLines } from './log-tail.js';

/** Characters that may wait while stdout is slow. Lines that exceed them are lost. */
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;
/** Characters from which on those who print much should pause, and below which they continue. */
const FULL_CHARACTERS = 1024 * 1024;
const ROOMY_CHARACTERS = FULL_CHARACTERS / 2;
/** How long they pause for a stdout that makes no room, in ms. */
const PATIENCE_MS = 1000;
/** Characters in one write. */
const MAX_WRITE_CHARACTERS = 256 * 1024;
/** Delay before a full pipe is tried again, in ms. It doubles with each attempt. */
const FIRST_RETRY_DELAY_MS = 1;
const MAX_RETRY_DELAY_MS = 50;
/** How long the process may wait for stdout when it ends, in ms. */
const END_TIMEOUT_MS = 500;

/**
 * Writes the log to stdout without blocking or failing. Each write is a task for another thread; a full pipe returns at
 * once, because Node makes its pipes non-blocking. Lines are lost, and counted, if the disk is full, or if the reader has
 * gone or is too slow. pino's own destination retries for ever then, even while the process exits.
 */
export class LogOutput {
  readonly #recovered: (lines: number, reason: string) => void;
  readonly #fd: number;
  #waiting: string[] = [];
  /** Characters that wait or are being written. */
  #size = 0;
  /** What is being written: the bytes that are left of a text. */
  #writing: { rest: Buffer; readonly text: string } | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryDelay = FIRST_RETRY_DELAY_MS;
  /** Whether a failed write may have left an incomplete line. */
  #midLine = false;
  #lost = 0;
  #unreported = 0;
  #reason = '';
  #pause: { readonly until: Promise<void>; readonly end: () => void } | undefined;
  /** Whether stdout has made no room for too long. */
  #outOfPatience = false;
  #idle: (() => void) | undefined;

  /**
   * @param recovered called when stdout takes lines again, with the number of those lost before, and the reason
   * @param fd        a file, or a non-blocking pipe or socket
   */
  constructor(recovered: (lines: number, reason: string) => void, fd = 1) {
    this.#recovered = recovered;
    this.#fd = fd;
  }

  /** Number of lines lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Undefined if there is room for more. Else resolves when there is, or after a second: then lines may be lost. */
  get room(): Promise<void> | undefined {
    if (this.#size < FULL_CHARACTERS || this.#outOfPatience) return undefined;
    this.#pause ??= this.#newPause();
    return this.#pause.until;
  }

  /** @param text complete lines */
  write(text: string): void {
    if (this.#size + text.length > MAX_WAITING_CHARACTERS) {
      this.#lose(text, 'the reader of stdout is too slow');
      return;
    }
    this.#waiting.push(text);
    this.#size += text.length;
    if (this.#writing === undefined) this.#next();
  }

  /** Resolves when all lines are written, or when that takes too long. */
  async end(): Promise<void> {
    if (this.#writing === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, END_TIMEOUT_MS);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#writing = undefined;
    this.#waiting = [];
  }

  #next(): void {
    const text = this.#takeText();
    if (text === '') {
      this.#idle?.();
      return;
    }
    this.#writing = { rest: Buffer.from(this.#midLine ? `\n${text}` : text), text };
    this.#writeRest();
  }

  #takeText(): string {
    let text = '';
    let count = 0;
    while (count < this.#waiting.length && text.length < MAX_WRITE_CHARACTERS)
      text += this.#waiting[count++]!;
    this.#waiting.splice(0, count);
    return text;
  }

  #writeRest(): void {
    this.#retry = undefined;
    write(this.#fd, this.#writing!.rest, (error, bytes) => this.#wrote(error, bytes));
  }

  #wrote(error: NodeJS.ErrnoException | null, bytes: number): void {
    const writing = this.#writing;
    if (writing === undefined) return; // the process ends
    if (error?.code === 'EAGAIN') {
      this.#retry = setTimeout(() => this.#writeRest(), this.#retryDelay);
      this.#retryDelay = Math.min(MAX_RETRY_DELAY_MS, 2 * this.#retryDelay);
      return;
    }
    this.#retryDelay = FIRST_RETRY_DELAY_MS;
    const { rest, text } = writing;
    if (error === null && bytes < rest.length) {
      writing.rest = rest.subarray(bytes);
      this.#writeRest();
      return;
    }
    this.#writing = undefined;
    this.#size -= text.length;
    this.#midLine = error !== null;
    if (error !== null) this.#lose(text, error.message);
    if (this.#size < ROOMY_CHARACTERS) this.#hasRoom();
    if (this.#waiting.length === 0 && error === null) this.#report();
    if (this.#writing === undefined) this.#next();
  }

  #lose(text: string, reason: string): void {
    const lines = countLines(text);
    this.#lost += lines;
    this.#unreported += lines;
    this.#reason = reason;
  }

  #report(): void {
    const lines = this.#unreported;
    this.#unreported = 0;
    if (lines > 0) this.#recovered(lines, this.#reason);
  }

  #newPause(): { until: Promise<void>; end: () => void } {
    let end!: () => void;
    const until = new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#outOfPatience = true;
        end();
      }, PATIENCE_MS);
      end = () => {
        clearTimeout(timer);
        this.#pause = undefined;
        resolve();
      };
    });
    return { until, end };
  }

  #hasRoom(): void {
    this.#outOfPatience = false;
    this.#pause?.end();
  }

  /** Writes what waits, and the last lines, while the process exits without waiting for `end`. */
  writeNow(last: string): void {
    const deadline = performance.now() + END_TIMEOUT_MS;
    // Unless a thread is writing it.
    const first = this.#retry === undefined ? Buffer.alloc(0) : this.#writing!.rest;
    let rest = Buffer.concat([first, Buffer.from(this.#waiting.join('') + last)]);
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(this.#fd, rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > deadline) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FIRST_RETRY_DELAY_MS);
      }
    }
  }
}
