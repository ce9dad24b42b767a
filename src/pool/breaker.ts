const FIRST_DELAY_MS = 100;
/**
 * After a failed start, the next one waits for at most this time, or for as long as the failed one took: so a fault that
 * has gone is noticed soon, and R that fails again and again gets at most half of one CPU.
 */
const MAX_DELAY_MS = 500;
/** The same after a start that took very long, and for starts that nothing waits for. */
const MAX_LONG_DELAY_MS = 30_000;
/** Failed attempts in a row after which requests are rejected at once instead of waiting for the next attempt. */
const MAX_FAILED_ATTEMPTS = 3;

/** Whether workers can be started: yes, perhaps at the next attempt, or probably not. */
export type StartsState = 'ok' | 'retrying' | 'broken';

/** Whether workers can be started, for operators. */
export interface Starts {
  readonly state: StartsState;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Time until the next attempt, in ms; 0 if one may begin or has begun. */
  readonly retryInMs: number;
  /** Why the last attempt failed; undefined if none has. */
  readonly reason: string | undefined;
}

/** The circuit breaker of starts: exponential backoff between attempts to start workers, for whatever reason. */
export class Breaker {
  #failures = 0;
  #lastFailure = 0;
  #most = MAX_DELAY_MS;
  #reason: string | undefined;

  /**
   * A start has failed. Workers that were started together count as one attempt.
   *
   * @param startedAt when the worker was started, by the same clock as `now`
   */
  failed(startedAt: number, now: number, reason: string): void {
    this.#reason = reason;
    this.#most = Math.min(MAX_LONG_DELAY_MS, Math.max(MAX_DELAY_MS, now - startedAt));
    if (this.#failures > 0 && startedAt < this.#lastFailure) return;
    this.#failures += 1;
    this.#lastFailure = now;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#reason = undefined;
  }

  /** Delay before the next attempt, in ms. */
  get delay(): number {
    return this.#backoff(this.#most);
  }

  /**
   * Whether it is too early for another attempt.
   *
   * @param replaces whether it is for the place of a worker that goes on until then: nothing waits for it
   */
  holds(now: number, replaces = false): boolean {
    return now < this.#lastFailure + (replaces ? this.#backoff(MAX_LONG_DELAY_MS) : this.delay);
  }

  #backoff(most: number): number {
    return this.#failures === 0 ? 0 : Math.min(most, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
  }

  get state(): StartsState {
    if (this.#failures === 0) return 'ok';
    return this.#failures < MAX_FAILED_ATTEMPTS ? 'retrying' : 'broken';
  }

  report(now: number): Starts {
    const retryInMs = Math.max(0, Math.round(this.#lastFailure + this.delay - now));
    return {
      state: this.state,
      failures: this.#failures,
      retryInMs: this.#failures === 0 ? 0 : retryInMs,
      reason: this.#reason,
    };
  }
}
