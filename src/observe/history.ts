import type { Distribution } from './distribution.js';
import type { Metrics } from './metrics.js';
import { quantile } from './quantile.js';

/** Current values that a sample adds to the metrics. */
export interface Levels {
  readonly queued: number;
  readonly running: number;
  /** Workers that are running a request, and all workers. */
  readonly busy: number;
  readonly workers: number;
}

/** The values of each point. Rates are per second, times in ms; NaN means that there was nothing to measure. */
export const historyFields = [
  'at',
  'ok',
  'clientErrors',
  'serverErrors',
  'left',
  'p50',
  'p90',
  'p99',
  'queueMean',
  'rMean',
  'serializationMean',
  'batchMean',
  'queued',
  'running',
  'busy',
  'workers',
  'gatewayBusy',
] as const;

type HistoryField = (typeof historyFields)[number];
export type HistoryPoint = Readonly<Record<HistoryField, number>>;

/** `step` is in seconds: five minutes in detail, and one hour. */
const SPANS = [
  { step: 1, length: 300 },
  { step: 10, length: 360 },
] as const;

/** The metrics of the last hour, in memory of a fixed size. */
export class History {
  readonly #spans: readonly Span[];
  #ticks = 0;

  constructor(metrics: Metrics) {
    this.#spans = SPANS.map(({ length, step }) => new Span(metrics, step, length));
  }

  /** Call once a second. Returns the new points and their steps. */
  sample(levels: Levels): { step: number; point: HistoryPoint }[] {
    this.#ticks += 1;
    return this.#spans
      .filter(({ step }) => this.#ticks % step === 0)
      .map((span) => ({ step: span.step, point: span.sample(levels) }));
  }

  /** All points, oldest first: one list per field, for each step. */
  get all(): { step: number; length: number; fields: Record<string, (number | null)[]> }[] {
    return this.#spans.map((span) => ({ step: span.step, length: span.length, fields: span.fields }));
  }
}

/** The points of one step, in a ring buffer. */
class Span {
  readonly step: number;
  readonly length: number;
  readonly #metrics: Metrics;
  readonly #rings: readonly Float64Array[];
  #taken = 0;
  #then = performance.now();
  #loop = performance.eventLoopUtilization();
  #classes: number[];
  readonly #times: Change;
  readonly #queue: Change;
  readonly #r: Change;
  readonly #serialization: Change;
  readonly #batches: Change;

  constructor(metrics: Metrics, step: number, length: number) {
    this.step = step;
    this.length = length;
    this.#metrics = metrics;
    this.#rings = historyFields.map(() => new Float64Array(length));
    this.#classes = metrics.requests.byClass();
    this.#times = new Change(metrics.requestTime);
    this.#queue = new Change(metrics.queueWait);
    this.#r = new Change(metrics.rTime);
    this.#serialization = new Change(metrics.serialization);
    this.#batches = new Change(metrics.batchRequests);
  }

  sample({ busy, queued, running, workers }: Levels): HistoryPoint {
    const now = performance.now();
    const seconds = (now - this.#then) / 1000;
    this.#then = now;
    const classes = this.#metrics.requests.byClass();
    const [left, , , , client, server] = classes.map((count, i) => (count - this.#classes[i]!) / seconds);
    const ok = [1, 2, 3].reduce((sum, i) => sum + classes[i]! - this.#classes[i]!, 0) / seconds;
    this.#classes = classes;
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    this.#loop = loop;
    this.#times.take();
    const point: HistoryPoint = {
      at: Math.round(Date.now() / 1000),
      ok,
      clientErrors: client!,
      serverErrors: server!,
      left: left!,
      p50: this.#times.quantile(0.5) * 1000,
      p90: this.#times.quantile(0.9) * 1000,
      p99: this.#times.quantile(0.99) * 1000,
      queueMean: this.#queue.takeMean() * 1000,
      rMean: this.#r.takeMean() * 1000,
      serializationMean: this.#serialization.takeMean() * 1000,
      batchMean: this.#batches.takeMean(),
      queued,
      running,
      busy,
      workers,
      gatewayBusy: utilization,
    };
    historyFields.forEach((field, i) => {
      this.#rings[i]![this.#taken % this.length] = point[field];
    });
    this.#taken += 1;
    return point;
  }

  get fields(): Record<string, (number | null)[]> {
    const kept = Math.min(this.#taken, this.length);
    const lists: Record<string, (number | null)[]> = {};
    historyFields.forEach((field, i) => {
      const ring = this.#rings[i]!;
      lists[field] = Array.from({ length: kept }, (_, back) =>
        shortNumber(ring[(this.#taken - kept + back) % this.length]!),
      );
    });
    return lists;
  }
}

/** Rounds to four digits, as many as a chart can show. NaN becomes null, because JSON has no NaN. */
export function shortNumber(value: number): number | null {
  if (Number.isNaN(value)) return null;
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}

/** The change of a histogram since the last sample. */
class Change {
  readonly #of: Distribution;
  readonly #before: Float64Array;
  readonly #now: Float64Array;
  #sum: number;

  constructor(of: Distribution) {
    this.#of = of;
    this.#before = Float64Array.from(of.counts);
    this.#now = new Float64Array(of.counts.length);
    this.#sum = of.sum;
  }

  /** Takes a sample and returns the mean of the new values. */
  takeMean(): number {
    const { counts, sum } = this.#of;
    let total = 0;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]! - this.#before[i]!;
      this.#now[i] = count;
      this.#before[i] = counts[i]!;
      total += count;
    }
    const mean = total === 0 ? Number.NaN : (sum - this.#sum) / total;
    this.#sum = sum;
    return mean;
  }

  take(): void {
    this.takeMean();
  }

  /** A quantile of the values in the last sample. */
  quantile(share: number): number {
    return quantile(this.#of.buckets, this.#now, share);
  }
}
