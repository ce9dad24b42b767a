import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Digits that are kept of each latency. */
const FIGURES = 3;
/** Microseconds: an hour is longer than anybody waits. */
const LONGEST = 3_600_000_000;

/** How long requests took, in a histogram of three digits from a microsecond to an hour. */
export class Latency {
  readonly #histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: LONGEST,
    figures: FIGURES,
  });

  get count(): number {
    return this.#histogram.count;
  }

  /** @param ms that a request took */
  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.min(LONGEST, Math.round(ms * 1000))));
  }

  add(other: Latency): void {
    this.#histogram.add(other.#histogram);
  }

  /** Milliseconds that a share of the requests took at most; 0 when there were none. */
  quantile(share: number): number {
    if (this.count === 0) return 0;
    if (share >= 1) return this.#histogram.max / 1000;
    return this.#histogram.percentile(Math.max(share * 100, 1e-9)) / 1000;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#histogram.mean / 1000;
  }

  /**
   * The requests by how long they took, in classes that grow by a constant factor.
   *
   * @param most classes at most
   */
  classes(most: number): LatencyClass[] {
    if (this.count === 0) return [];
    const low = Math.max(0.01, this.quantile(0));
    // The slowest in ten thousand would make everything else one bar.
    const high = Math.max(low * 1.05, this.quantile(0.9999));
    const factor = Math.max(1.12, (high / low) ** (1 / most));
    const classes: LatencyClass[] = [];
    let below = 0;
    for (let to = low * factor, from = 0; ; from = to, to *= factor) {
      const upTo = this.#upTo(to);
      classes.push({ from, to, count: upTo - below });
      below = upTo;
      if (to >= high) break;
    }
    if (below < this.count)
      classes.push({ from: classes.at(-1)!.to, to: this.quantile(1), count: this.count - below });
    return classes;
  }

  /** Requests that took so many ms at most, found by halving: the histogram gives only the other direction. */
  #upTo(ms: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.quantile(middle / this.count) <= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Requests that took longer than `from` ms, and `to` ms at most. */
export interface LatencyClass {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}
