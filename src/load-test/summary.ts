import { Latency } from './latency.js';
import type { LoadResult } from './load.js';

/** The results of all rounds of one target. */
export interface Summary {
  readonly name: string;
  /** Requests per second in each round, in order. */
  readonly rates: readonly number[];
  /** Median of `rates`. */
  readonly rate: number;
  /** Of all rounds. */
  readonly latency: Latency;
  readonly statuses: ReadonlyMap<number, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** Responses with status 400 or above, and requests without a response. */
  readonly failed: number;
  /** Requests that were due but not sent. */
  readonly unsent: number;
  readonly bytesPerSecond: number;
  /** Responses in each second of each round. */
  readonly perSecond: readonly (readonly number[])[];
}

export function summarize(name: string, results: readonly LoadResult[]): Summary {
  const latency = new Latency();
  const statuses = new Map<number, number>();
  const faults = new Map<string, number>();
  let bytes = 0;
  let seconds = 0;
  for (const result of results) {
    latency.add(result.latency);
    for (const [status, count] of result.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
    for (const [fault, count] of result.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
    bytes += result.bytes;
    seconds += result.seconds;
  }
  const rates = results.map((result) => result.latency.count / result.seconds);
  const sum = (counts: Iterable<number>): number => [...counts].reduce((all, one) => all + one, 0);
  return {
    name,
    rates,
    rate: median(rates),
    latency,
    statuses,
    faults,
    failed:
      sum([...statuses].filter(([status]) => status >= 400).map(([, count]) => count)) + sum(faults.values()),
    unsent: sum(results.map((result) => result.unsent)),
    bytesPerSecond: bytes / seconds,
    perSecond: results.map((result) => result.perSecond),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The second target's rate divided by the first one's, round by round. */
export function ratios(first: Summary, second: Summary): { median: number; least: number; most: number } {
  const each = second.rates.map((rate, i) => rate / first.rates[i]!);
  return { median: median(each), least: Math.min(...each), most: Math.max(...each) };
}
