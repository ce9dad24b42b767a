/** Kills a process that does not end in time. */
export class KillTimer {
  readonly #kill: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(kill: () => void) {
    this.#kill = kill;
  }

  /** An earlier time limit stays. */
  start(ms: number): void {
    if (!this.#ended) this.#timer ??= setTimeout(this.#kill, ms);
  }

  restart(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.start(ms);
  }

  /** The process has ended. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
