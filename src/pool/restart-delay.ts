/** Milliseconds before the second attempt, and at most between attempts. */
const FIRST = 100;
const LONGEST = 30_000;
/** Starts that fail in a row before requests are refused at once instead of waiting for the next attempt. */
const BREAK_AFTER = 3;

/**
 * Exponential backoff between attempts to start workers, with a circuit breaker. Only starts that fail count: a
 * worker that was ready and then died is replaced at once.
 */
export class RestartDelay {
  #failures = 0;

  failed(): void {
    this.#failures += 1;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait before the next attempt. */
  get delay(): number {
    return this.#failures === 0 ? 0 : Math.min(LONGEST, FIRST * 2 ** (this.#failures - 1));
  }

  /** True when starting has failed so often that waiting for a worker makes no sense. */
  get broken(): boolean {
    return this.#failures >= BREAK_AFTER;
  }
}
