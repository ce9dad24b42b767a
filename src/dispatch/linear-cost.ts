/** What an earlier observation still counts when a new one comes. */
const MEMORY = 0.98;

/** Learns the time of a call of `n` items, as `fixed + perItem * n`, by least squares with a fading memory. */
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

  /** Items that are done within `ms`, at least 1; Infinity while nothing is known. */
  itemsWithin(ms: number): number {
    if (this.#weight === 0) return Infinity;
    const n = this.#n / this.#weight;
    const mean = this.#ms / this.#weight;
    const variance = this.#nn / this.#weight - n * n;
    const covariance = this.#nms / this.#weight - n * mean;
    // Calls of one size only tell nothing of a fixed part.
    const slope = variance > 1e-9 * n * n ? covariance / variance : mean / n;
    const perItem = Math.min(Math.max(slope, 0), mean / n);
    const fixed = mean - perItem * n;
    if (perItem === 0) return ms > fixed ? Infinity : 1;
    return Math.max(1, Math.floor((ms - fixed) / perItem));
  }
}
