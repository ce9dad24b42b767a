/** Share of the way down to the present number that the most takes with each request that leaves. */
const FORGET = 1 / 1024;
/** Milliseconds that a call takes at most for the next batch to wait for its end, and that it waits for it at most. */
const PATIENCE = 5;

/**
 * The requests of one batched route that are open, in the queue or in R, and how many that is in busy times.
 *
 * Half of them make a batch that is worth starting before the rest has been read: R then computes one half while the
 * gateway answers and reads the other. Started with the first that comes, R would be busy with that one alone while
 * the others wait for it; with all of them in one batch, gateway and R would wait for each other in turn. While a
 * brief call of theirs runs, fewer wait for it to end rather than take another worker, and where no core is free for
 * that worker all do: each call costs a core what it costs, however few it is for (measured on two cores: 1.3 times the
 * throughput, and another 1.1 times).
 */
export class Crowd {
  #open = 0;
  #most = 0;
  /** `performance.now()` until which those that wait do so though a worker may be idle; 0 for no such time. */
  #until = 0;
  /** Of these, those that wait for a worker. */
  waiting = 0;
  /** Calls of R that are for some of them. */
  calls = 0;

  entered(): void {
    this.#open += 1;
    this.waiting += 1;
    if (this.#open > this.#most) this.#most = this.#open;
  }

  left(): void {
    this.#open -= 1;
    this.#most -= (this.#most - this.#open) * FORGET;
  }

  /**
   * Whether what waits is worth a call at once.
   *
   * @param coreFree there is one for a further worker
   */
  isEnough(coreFree: boolean): boolean {
    return 2 * this.waiting >= this.#most && (this.calls === 0 || coreFree);
  }

  /** Whether those that wait are to be left alone. */
  isHeld(now: number): boolean {
    return this.#until > now;
  }

  /** Those that wait need not any longer. */
  endHold(): void {
    this.#until = 0;
  }

  /** Whether that ends now the hold that was to last until then; a timer may be a fraction of a millisecond early. */
  endHoldOf(until: number): boolean {
    if (this.#until !== until) return false;
    this.#until = 0;
    return true;
  }

  /**
   * Decides whether those that wait should do so until the call that runs has ended.
   *
   * @param usual milliseconds of a call
   * @returns until when, at most; undefined if that is known already, or if they need not wait
   */
  hold(usual: number, now: number, coreFree: boolean): number | undefined {
    if (this.calls === 0 || this.isEnough(coreFree) || usual > PATIENCE) {
      this.#until = 0;
      return undefined;
    }
    if (this.#until > now) return undefined;
    this.#until = now + PATIENCE;
    return this.#until;
  }
}
