import { Latency } from './latency.js';
import type { LoadResult } from './load.js';

/** All rounds of one target. */
export interface Summary {
  readonly name: string;
  /** Of the rounds, in order. */
  readonly rates: readonly number[];
  /** The median of them. */
  readonly rate: number;
  /** Of all rounds together. */
  readonly latency: Latency;
  readonly statuses: ReadonlyMap<number, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** Answers of 400 and more, and requests without an answer. */
  readonly failed: number;
  /** Requests that were due and could not be sent. */
  readonly unsent: number;
  readonly bytesPerSecond: number;
  /** Answers in each second, of each round. */
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

/** Two targets that took turns: how the second one's rate stands to the first one's, round by round. */
export function ratios(first: Summary, second: Summary): { median: number; least: number; most: number } {
  const each = second.rates.map((rate, i) => rate / first.rates[i]!);
  return { median: median(each), least: Math.min(...each), most: Math.max(...each) };
}
