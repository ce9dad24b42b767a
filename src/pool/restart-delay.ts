/** Milliseconds before the second attempt, and at most between attempts. */
const FIRST = 100;
const LONGEST = 30_000;
/** Attempts that fail in a row before requests are refused at once instead of waiting for the next attempt. */
const BREAK_AFTER = 3;

/**
 * Exponential backoff between attempts to start workers, with a circuit breaker. Only starts that fail count: a
 * worker that was ready and then died is replaced at once.
 */
export class RestartDelay {
  #failures = 0;
  #lastFailure = 0;

  /**
   * A start has failed. Workers that were started together count as one attempt, however many they are.
   *
   * @param startedAt when that worker was started, and `now`, both by the same clock
   */
  failed(startedAt: number, now: number): void {
    if (this.#failures > 0 && startedAt < this.#lastFailure) return;
    this.#failures += 1;
    this.#lastFailure = now;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait before the next attempt. */
  get delay(): number {
    return this.#failures === 0 ? 0 : Math.min(LONGEST, FIRST * 2 ** (this.#failures - 1));
  }

  /** Whether it is too early for another attempt. */
  holds(now: number): boolean {
    return now < this.#lastFailure + this.delay;
  }

  /** True when starting has failed so often that waiting for a worker makes no sense. */
  get broken(): boolean {
    return this.#failures >= BREAK_AFTER;
  }
}
