const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 30_000;
/** The same if R could not even be started: another attempt costs nothing. */
const MAX_CHEAP_DELAY_MS = 1000;
/** Failed attempts in a row after which requests are rejected at once instead of waiting for the next attempt. */
const MAX_FAILED_ATTEMPTS = 3;

/** Exponential backoff between attempts to start workers, for whatever reason, with a circuit breaker. */
export class RestartDelay {
  #failures = 0;
  #lastFailure = 0;
  #most = MAX_DELAY_MS;

  /**
   * A start has failed. Workers that were started together count as one attempt.
   *
   * @param startedAt when the worker was started, by the same clock as `now`
   * @param cheap     whether R could not be started at all
   */
  failed(startedAt: number, now: number, cheap = false): void {
    this.#most = cheap ? MAX_CHEAP_DELAY_MS : MAX_DELAY_MS;
    if (this.#failures > 0 && startedAt < this.#lastFailure) return;
    this.#failures += 1;
    this.#lastFailure = now;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Delay before the next attempt, in ms. */
  get delay(): number {
    return this.#failures === 0 ? 0 : Math.min(this.#most, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
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
