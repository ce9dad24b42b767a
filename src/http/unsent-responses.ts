import type { ServerResponse } from 'node:http';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { PenstockError } from '../errors.js';

/** How often it is checked which clients take their responses, in ms. */
const CHECK_INTERVAL_MS = 1000;

const UNSENT = Symbol('responses that are not sent yet');

interface Watched extends ServerResponse {
  [UNSENT]?: UnsentResponses;
}

/** A response that its client has not taken completely. */
interface Unsent {
  /** Memory that it takes, in bytes. */
  bytes: number;
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
    cut: (error: PenstockError) => void,
    clock: Clock = systemClock,
  ) {
    this.#limit = responseMemory;
    this.#timeout = sendTimeout;
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

  hold(response: ServerResponse, bytes: number): void {
    this.#unsent.set(response, { bytes, taken: taken(response), since: this.#clock.now() });
    this.#used += bytes;
    while (this.#used > this.#limit) {
      const stalest = this.#stalest(response);
      if (stalest === undefined) break;
      this.#end(stalest, `The memory for responses is full (${this.#limit} bytes).`);
    }
    this.#timer ??= this.#clock.after(CHECK_INTERVAL_MS, this.#check);
  }

  /** The response is sent, or its client has disconnected. */
  release(response: ServerResponse): void {
    const unsent = this.#unsent.get(response);
    if (unsent === undefined) return;
    this.#unsent.delete(response);
    this.#used -= unsent.bytes;
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
  (response as Watched)[UNSENT]?.hold(response, bytes);
}
