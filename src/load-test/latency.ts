import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Significant digits of each latency. */
const DIGITS = 3;
/** One hour. */
const MAX_LATENCY_US = 3_600_000_000;

/** Latencies in an HDR histogram, from 1 µs to an hour. */
export class Latency {
  readonly #histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: MAX_LATENCY_US,
    figures: DIGITS,
  });

  get count(): number {
    return this.#histogram.count;
  }

  /** @param ms duration of a request */
  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.min(MAX_LATENCY_US, Math.round(ms * 1000))));
  }

  add(other: Latency): void {
    this.#histogram.add(other.#histogram);
  }

  /** A quantile in ms, or 0 without requests. */
  quantile(share: number): number {
    if (this.count === 0) return 0;
    if (share >= 1) return this.#histogram.max / 1000;
    return this.#histogram.percentile(Math.max(share * 100, 1e-9)) / 1000;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#histogram.mean / 1000;
  }

  /**
   * Groups the requests by latency, into classes that grow by a constant factor.
   *
   * @param most maximum number of classes
   */
  classes(most: number): LatencyClass[] {
    if (this.count === 0) return [];
    const low = Math.max(0.01, this.quantile(0));
    // Without this limit, one very slow request would put all others into a single bar.
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

  /** Number of requests up to a latency. A binary search, because the histogram only returns quantiles. */
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

/** Requests that took more than `from` ms and at most `to` ms. */
export interface LatencyClass {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}
