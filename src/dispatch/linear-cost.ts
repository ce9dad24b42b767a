/** Factor by which each new observation reduces the weight of earlier ones. */
const MEMORY = 0.98;

/** Learns the time of a call with `n` items as `fixed + perItem * n`, by least squares with exponential forgetting. */
export class LinearCost {
  #weight = 0;
  #n = 0;
  #ms = 0;
  #nn = 0;
  #nms = 0;

  observe(n: number, ms: number): void {
    this.#weight = this.#weight * MEMORY + 1;
    this.#n = this.#n * MEMORY + n;
    this.#ms = this.#ms * MEMORY + ms;
    this.#nn = this.#nn * MEMORY + n * n;
    this.#nms = this.#nms * MEMORY + n * ms;
  }

  /** How many items take at most `ms`, at least 1; Infinity if unknown. */
  itemsWithin(ms: number): number {
    if (this.#weight === 0) return Infinity;
    // Calls of one size do not show the fixed part. Assume none: a batch that is too large misses its deadline.
    const { fixed, perItem } = this.#line((mean, n) => mean / n);
    if (perItem === 0) return ms > fixed ? Infinity : 1;
    return Math.max(1, Math.floor((ms - fixed) / perItem));
  }

  /** How long `items` take in calls of at most `most` items, in ms; 0 if unknown. */
  timeFor(items: number, most: number): number {
    if (this.#weight === 0) return 0;
    // With calls of one size, assume the shortest time: a request is rejected only for what is known.
    const { fixed, perItem } = this.#line(() => 0);
    return Math.ceil(items / most) * fixed + items * perItem;
  }

  /** @param unknownSlope returns the time per item if all calls had the same size, from their mean time and size */
  #line(unknownSlope: (mean: number, n: number) => number): { fixed: number; perItem: number } {
    const n = this.#n / this.#weight;
    const mean = this.#ms / this.#weight;
    const variance = this.#nn / this.#weight - n * n;
    const covariance = this.#nms / this.#weight - n * mean;
    const slope = variance > 1e-9 * n * n ? covariance / variance : unknownSlope(mean, n);
    const perItem = Math.min(Math.max(slope, 0), mean / n);
    return { fixed: mean - perItem * n, perItem };
  }
}
