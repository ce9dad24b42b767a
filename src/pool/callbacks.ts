/** A worker's callbacks of timers and promises, which R runs between requests. */
export class Callbacks {
  readonly #limit: number;
  readonly #late: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isLate = false;

  /**
   * @param limit how long they may run in one go, in ms
   * @param late  called when they have run for longer
   */
  constructor(limit: number, late: () => void) {
    this.#limit = limit;
    this.#late = late;
  }

  /** Whether R runs callbacks. */
  get run(): boolean {
    return this.#timer !== undefined;
  }

  begin(): void {
    this.#timer ??= setTimeout(() => {
      this.#isLate = true;
      this.#late();
    }, this.#limit);
  }

  /** Returns whether they had run for longer than their limit. */
  end(): boolean {
    const late = this.#isLate;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isLate = false;
    return late;
  }
}
