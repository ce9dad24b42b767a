const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 30_000;
/** Failed attempts in a row after which requests are rejected at once instead of waiting for the next attempt. */
const MAX_FAILED_ATTEMPTS = 3;

/**
 * Exponential backoff between attempts to start workers, with a circuit breaker. Only failed starts count: a worker
 * that was ready and then died is replaced at once.
 */
export class RestartDelay {
  #failures = 0;
  #lastFailure = 0;

  /**
   * A start has failed. Workers that were started together count as one attempt.
   *
   * @param startedAt when the worker was started, by the same clock as `now`
   */
  failed(startedAt: number, now: number): void {
    if (this.#failures > 0 && startedAt < this.#lastFailure) return;
    this.#failures += 1;
    this.#lastFailure = now;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Delay before the next attempt, in ms. */
  get delay(): number {
    return this.#failures === 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
  }

  /** Whether it is too early for another attempt. */
  holds(now: number): boolean {
    return now < this.#lastFailure + this.delay;
  }

  /** True after so many failed starts that requests should not wait for a worker. */
  get broken(): boolean {
    return this.#failures >= MAX_FAILED_ATTEMPTS;
  }
}
