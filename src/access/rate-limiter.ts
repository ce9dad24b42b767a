import type { Rate } from '../config/rate.js';

/** Addresses or keys that are remembered. Each takes some 100 bytes. */
const MOST_KEYS = 50_000;

/**
 * Token buckets in bounded memory, one for each key. Of a bucket only the moment is kept when it will be full again
 * (the generic cell rate algorithm), so there is nothing to refill.
 */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #mostKeys: number;
  /** The keys in order of their last use. */
  readonly #fullAt = new Map<string, number>();

  constructor(rate: Rate, mostKeys = MOST_KEYS) {
    this.#rate = rate;
    this.#mostKeys = mostKeys;
  }

  get keys(): number {
    return this.#fullAt.size;
  }

  /** Milliseconds until the bucket has a token; 0 if it has one. */
  wait(key: string, now: number): number {
    const { burst, interval } = this.#rate;
    return Math.max(0, (this.#fullAt.get(key) ?? 0) - now - (burst - 1) * interval);
  }

  /** Takes a token if there is one; else gives the milliseconds until there is. */
  take(key: string, now: number): number {
    const wait = this.wait(key, now);
    if (wait > 0) return wait;
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + this.#rate.interval;
    this.#fullAt.delete(key);
    if (this.#fullAt.size >= this.#mostKeys) this.#forgetOldest();
    this.#fullAt.set(key, fullAt);
    return 0;
  }

  /** A bucket that is forgotten counts as full. */
  #forgetOldest(): void {
    const [oldest] = this.#fullAt.keys();
    if (oldest !== undefined) this.#fullAt.delete(oldest);
  }
}
