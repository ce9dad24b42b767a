import type { Socket } from 'node:net';
import { type Clock, systemClock, type Timer } from '../clock.js';

/** Rejections a second after which the connections that get them are read more slowly, and how many may come at once. */
const REJECTIONS_PER_SECOND = 2000;
const BURST = 200;
/** How often connections that wait are looked at, in ms. */
const RESUME_INTERVAL_MS = 2;

/**
 * Keeps a storm of rejected requests from starving R. Clients that come back as soon as they are rejected would keep
 * the gateway busy with nothing else: each request is read, parsed and rejected, while answers of R and work for R wait
 * for their turn. So rejections have a budget, a token bucket. Beyond it, the gateway stops reading from a connection
 * that it has just rejected a request on, until the bucket has a token for it. The client's next request waits in the
 * kernel's buffers meanwhile, which is what flow control is for. Connections without rejections are not affected.
 */
export class RejectionThrottle {
  readonly #clock: Clock;
  readonly #waiting = new Set<Socket>();
  #tokens = BURST;
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
      return;
    }
    if (socket.destroyed || this.#waiting.has(socket)) return;
    this.#waiting.add(socket);
    socket.pause();
    this.#timer ??= this.#clock.after(RESUME_INTERVAL_MS, this.#resume);
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
    const earned = ((now - this.#filledAt) * REJECTIONS_PER_SECOND) / 1000;
    this.#tokens = Math.min(BURST, this.#tokens + earned);
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
