/** How long each part of a run took, in the order in which the parts ended. */
export class PartTimes {
  /** @type {{ name: string, ms: number }[]} */
  #parts = [];
  #now;

  /** @param {() => number} now milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  async measure(name, act) {
    const started = this.#now();
    try {
      return await act();
    } finally {
      this.#parts.push({ name, ms: this.#now() - started });
    }
  }

  /** A line for each part. */
  get table() {
    const width = Math.max(0, ...this.#parts.map(({ name }) => name.length));
    const lines = this.#parts.map(
      ({ ms, name }) => `  ${name.padEnd(width)}  ${(ms / 1000).toFixed(0).padStart(4)} s`,
    );
    return ['Parts, some of which run at the same time:', ...lines].join('\n');
  }
}
