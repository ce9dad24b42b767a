/** When the time of a request is over. All times are in ms. */
export class Deadline {
  /** Undefined if the time limit has not started: it starts when the dispatcher gets the request. */
  #from: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Starts the time limit, unless it has started. */
  begin(at: number): void {
    this.#from ??= at;
  }

  /** The time that is left of a limit; at least 1. */
  remaining(limit: number): number {
    if (this.#from === undefined) return limit;
    return Math.max(1, this.#from + limit - performance.now());
  }

  /** Calls `expired` when the limit has passed, unless it is stopped before. */
  watch(limit: number, expired: () => void): void {
    this.#timer = setTimeout(expired, this.remaining(limit));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
