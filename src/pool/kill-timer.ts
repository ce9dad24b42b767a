/** Kills a process at the earliest of the times that were set. */
export class KillTimer {
  readonly #kill: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Infinity;
  #ended = false;

  constructor(kill: () => void) {
    this.#kill = kill;
  }

  within(ms: number): void {
    const at = performance.now() + ms;
    if (this.#ended || at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(this.#kill, ms);
  }

  /** The process has ended. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
