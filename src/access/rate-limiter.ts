import type { Rate } from '../config/rate.js';

/** Each key takes about 100 bytes. */
const MAX_KEYS = 50_000;

/**
 * Token buckets in bounded memory, one per key. For each bucket only the time when it will be full again is stored (the
 * generic cell rate algorithm), so nothing needs refilling.
 */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  /** Ordered by last use. */
  readonly #fullAt = new Map<string, number>();

  constructor(rate: Rate, maxKeys = MAX_KEYS) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  get keys(): number {
    return this.#fullAt.size;
  }

  /** Milliseconds until the bucket has a token; 0 if it has one now. */
  wait(key: string, now: number): number {
    const { burst, interval } = this.#rate;
    return Math.max(0, (this.#fullAt.get(key) ?? 0) - now - (burst - 1) * interval);
  }

  /** Takes a token. Without one, returns the milliseconds until the next. */
  take(key: string, now: number): number {
    const wait = this.wait(key, now);
    if (wait > 0) return wait;
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + this.#rate.interval;
    this.#fullAt.delete(key);
    if (this.#fullAt.size >= this.#maxKeys) this.#removeOldest();
    this.#fullAt.set(key, fullAt);
    return 0;
  }

  /** A removed bucket counts as full. */
  #removeOldest(): void {
    const [oldest] = this.#fullAt.keys();
    if (oldest !== undefined) this.#fullAt.delete(oldest);
  }
}
