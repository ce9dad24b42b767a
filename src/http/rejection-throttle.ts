import type { Socket } from 'node:net';
import { type Clock, systemClock, type Timer } from '../clock.js';

/** Rejections that slow nothing down, per ms, and how many of them may come in one turn of the event loop. */
const REJECTIONS_PER_MS = 2;
const MOST_PER_TURN = 32;
/** How often connections that wait are looked at, in ms. */
const RESUME_INTERVAL_MS = 2;

/**
 * Keeps a storm of rejected requests from starving R. Clients that come back as soon as they are rejected would keep
 * the gateway busy with nothing else: each request is read, parsed and rejected, while R's answers and the work for R
 * wait for their turn. So rejections have a budget, a token bucket. Beyond it, the gateway stops reading from a
 * connection after the rejection, and takes the connections up again one after the other. A client's next request waits
 * in the kernel's buffers meanwhile: flow control, rather than faster rejections. Other connections are not affected.
 */
export class RejectionThrottle {
  readonly #clock: Clock;
  readonly #waiting = new Set<Socket>();
  #tokens = MOST_PER_TURN;
  #filledAt: number;
  #timer: Timer;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** Connections that are not read at the moment. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** A request was rejected on this connection, which stays open. */
  rejected(socket: Socket): void {
    this.#fill();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
    } else if (!socket.destroyed) {
      this.#waiting.add(socket);
      socket.pause();
      this.#timer ??= this.#clock.after(RESUME_INTERVAL_MS, this.#resume);
    }
  }

  /** Reads from all connections again. */
  close(): void {
    this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    for (const socket of this.#waiting) socket.resume();
    this.#waiting.clear();
  }

  #fill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(MOST_PER_TURN, this.#tokens + (now - this.#filledAt) * REJECTIONS_PER_MS);
    this.#filledAt = now;
  }

  readonly #resume = (): void => {
    this.#timer = undefined;
    this.#fill();
    for (const socket of this.#waiting) {
      if (this.#tokens < 1) break;
      this.#waiting.delete(socket);
      if (socket.destroyed) continue;
      this.#tokens -= 1;
      socket.resume();
    }
    if (this.#waiting.size > 0) this.#timer = this.#clock.after(RESUME_INTERVAL_MS, this.#resume);
  };
}
