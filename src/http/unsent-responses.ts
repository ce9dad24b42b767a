import type { ServerResponse } from 'node:http';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { PenstockError } from '../errors.js';

/** How often it is checked which clients take their responses, in ms. */
const CHECK_INTERVAL_MS = 1000;

const UNSENT = Symbol('responses that are not sent yet');

interface Watched extends ServerResponse {
  [UNSENT]?: UnsentResponses;
}

/** Limits how many files of responses are open. */
interface FileLimit {
  takeFile(): boolean;
  freeFile(): void;
}

/** A response that its client has not taken completely. */
interface Unsent {
  /** Memory that it takes, in bytes. */
  bytes: number;
  /** Whether it is sent from a file. */
  readonly file: boolean;
  /** Bytes that the system had taken by the last check, and since when it has taken none. */
  taken: number;
  since: number;
}

/**
 * Limits what clients can cause that do not read their responses. A response is cut if its client takes nothing for too
 * long. If all responses take too much memory, those that have waited longest for their clients are cut.
 */
export class UnsentResponses {
  readonly #limit: number;
  readonly #timeout: number;
  readonly #files: () => FileLimit;
  readonly #cut: (error: PenstockError) => void;
  readonly #clock: Clock;
  readonly #unsent = new Map<ServerResponse, Unsent>();
  #used = 0;
  #timer: Timer;

  /**
   * @param limits memory in bytes, and time in ms
   * @param cut    called for each response that is cut
   */
  constructor(
    { responseMemory, sendTimeout }: { responseMemory: number; sendTimeout: number },
    files: () => FileLimit,
    cut: (error: PenstockError) => void,
    clock: Clock = systemClock,
  ) {
    this.#limit = responseMemory;
    this.#timeout = sendTimeout;
    this.#files = files;
    this.#cut = cut;
    this.#clock = clock;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** From now on, `holdUnsent` counts the memory of this response. */
  watch(response: ServerResponse): void {
    (response as Watched)[UNSENT] = this;
  }

  /** @param file whether it is sent from a file. Returns false if there is no descriptor for it. */
  hold(response: ServerResponse, bytes: number, file: boolean): boolean {
    this.release(response); // of what it was to be before an error
    if (file && !this.#files().takeFile()) return false;
    this.#unsent.set(response, { bytes, file, taken: taken(response), since: this.#clock.now() });
    this.#used += bytes;
    while (this.#used > this.#limit) {
      const stalest = this.#stalest(response);
      if (stalest === undefined) break;
      this.#end(stalest, `The memory for responses is full (${this.#limit} bytes).`);
    }
    this.#timer ??= this.#clock.after(CHECK_INTERVAL_MS, this.#check);
    return true;
  }

  /** The response is sent, or its client has disconnected. */
  release(response: ServerResponse): void {
    const unsent = this.#unsent.get(response);
    if (unsent === undefined) return;
    this.#unsent.delete(response);
    this.#used -= unsent.bytes;
    if (unsent.file) this.#files().freeFile();
  }

  close(): void {
    this.#clock.cancel(this.#timer);
  }

  #stalest(newest: ServerResponse): ServerResponse | undefined {
    let stalest: ServerResponse | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [response, { since }] of this.#unsent) {
      if (since >= least || response === newest) continue;
      least = since;
      stalest = response;
    }
    return stalest;
  }

  readonly #check = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [response, unsent] of this.#unsent) {
      const bytes = taken(response);
      if (bytes !== unsent.taken || response.socket === null) {
        unsent.taken = bytes;
        unsent.since = now;
      } else if (now - unsent.since >= this.#timeout) {
        this.#end(response, `It took nothing for ${this.#timeout / 1000} s.`);
      }
    }
    if (this.#unsent.size > 0) this.#timer = this.#clock.after(CHECK_INTERVAL_MS, this.#check);
  };

  #end(response: ServerResponse, reason: string): void {
    this.release(response);
    response.destroy();
    this.#cut(new PenstockError('response_unread', reason));
  }
}

/** Bytes that the system has taken from the connection of a response. */
function taken({ socket }: ServerResponse): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}

/** Counts the memory of a response whose body takes `bytes`, until it is sent. */
export function holdUnsent(response: ServerResponse, bytes: number): void {
  (response as Watched)[UNSENT]?.hold(response, bytes, false);
}

/** The client has taken what was held for this response. */
export function releaseUnsent(response: ServerResponse): void {
  (response as Watched)[UNSENT]?.release(response);
}

/** The same for a response from a file, of which `bytes` are in memory at a time. Fails with `files_full`. */
export function holdUnsentFile(response: ServerResponse, bytes: number): void {
  if ((response as Watched)[UNSENT]?.hold(response, bytes, true) === false)
    throw new PenstockError('files_full');
}
