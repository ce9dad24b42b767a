/** Acts once, at the earliest of the times that were set. */
export class EarliestTimer {
  readonly #act: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Infinity;

  constructor(act: () => void) {
    this.#act = act;
  }

  within(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(this.#act, ms);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
