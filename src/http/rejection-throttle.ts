import type { Socket } from 'node:net';
import { type Clock, systemClock, type Timer } from '../clock.js';

/** How often the throttle looks, in ms, while requests are being rejected. */
const TICK_MS = 2;
/** Rejections in a tick that slow nothing down: 4,000 a second. */
const MOST_PER_TICK = 8;
/** The event loop lags if a tick is late by more than this, in ms: something else waits for the gateway then. */
const LAG_MS = 4;
/** What a tick without lag adds to the rejections of the next. */
const STEP = 0.5;
const LEAST_PER_TICK = 0.25;
/** Ticks without a rejection after which the throttle stops looking. */
const QUIET_TICKS = 50;

/**
 * Keeps a storm of rejected requests from starving R. Clients that come back as soon as they are rejected would keep
 * the gateway busy with nothing else: each request is read, parsed and rejected, while R's answers and the work for R
 * wait for their turn. So only some rejections in each tick are free. On the other connections, the gateway stops
 * reading after the rejection, and takes them up again one after the other. A client's next request waits in the
 * kernel's buffers meanwhile: flow control, rather than faster rejections. How many are free adapts to the event loop's
 * lag, by additive increase and multiplicative decrease as in TCP. Connections without rejections are not affected.
 */
export class RejectionThrottle {
  readonly #clock: Clock;
  readonly #waiting = new Set<Socket>();
  /** Rejections that are free in each tick, and what is left of them in this one. */
  #perTick = MOST_PER_TICK;
  #free = MOST_PER_TICK;
  #quietTicks = 0;
  #tickDueAt = 0;
  #timer: Timer;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Connections that are not read at the moment. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** A request was rejected on this connection, which stays open. */
  rejected(socket: Socket): void {
    this.#quietTicks = 0;
    if (this.#timer === undefined) this.#tickSoon();
    if (this.#free >= 1) {
      this.#free -= 1;
    } else if (!socket.destroyed) {
      this.#waiting.add(socket);
      socket.pause();
    }
  }

  /** Reads from all connections again. */
  close(): void {
    this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    for (const socket of this.#waiting) socket.resume();
    this.#waiting.clear();
  }

  #tickSoon(): void {
    this.#tickDueAt = this.#clock.now() + TICK_MS;
    this.#timer = this.#clock.after(TICK_MS, this.#tick);
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    const lags = this.#clock.now() - this.#tickDueAt > LAG_MS;
    this.#perTick = lags
      ? Math.max(LEAST_PER_TICK, this.#perTick / 2)
      : Math.min(MOST_PER_TICK, this.#perTick + STEP);
    this.#free = Math.min(this.#free + this.#perTick, Math.max(1, this.#perTick));
    for (const socket of this.#waiting) {
      if (this.#free < 1) break;
      this.#waiting.delete(socket);
      if (socket.destroyed) continue;
      this.#free -= 1;
      socket.resume();
    }
    this.#quietTicks += 1;
    if (this.#waiting.size > 0 || this.#quietTicks < QUIET_TICKS) this.#tickSoon();
    else this.#perTick = MOST_PER_TICK;
  };
}
