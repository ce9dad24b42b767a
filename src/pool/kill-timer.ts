/** Kills a worker that takes too long to end. */
export class KillTimer {
  readonly #kill: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(kill: () => void) {
    this.#kill = kill;
  }

  /** Does nothing if it runs already. */
  start(ms: number): void {
    if (!this.#ended) this.#timer ??= setTimeout(this.#kill, ms);
  }

  /** Starts again. */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.start(ms);
  }

  /** The worker has ended. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
