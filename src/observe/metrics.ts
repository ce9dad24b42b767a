import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Distribution } from './distribution.js';
import { RequestCounter } from './request-counter.js';

/** What the gauges read when they are scraped. */
export interface MetricSources {
  /** Of the app, if it is known. */
  readonly appVersion: string | undefined;
  workers(): Readonly<Record<string, number>>;
  queued(): number;
  running(): number;
  /** Bytes of the bodies of requests. */
  bodyBytes(): number;
}

/** Seconds, six to a decade: R handlers take from a millisecond to a minute, and the gateway a part of the former. */
const SECONDS = [-4, -3, -2, -1, 0, 1].flatMap((power) =>
  [1, 1.5, 2, 3, 5, 7].map((digit) => Number(`${digit}e${power}`)),
);

/** Of batches; and seconds of an item in one. */
const SIZES = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const ITEM_SECONDS = [0.00001, 0.000025, 0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1];

/** The gateway's numbers in Prometheus' form. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests: RequestCounter;
  readonly errors: Counter<'code'>;
  readonly cache: Counter<'result'>;
  readonly requestTime: Distribution;
  readonly queueWait: Distribution;
  readonly rTime: Distribution;
  readonly serialization: Distribution;
  readonly batchRequests: Distribution;
  readonly batchItems: Distribution;
  readonly itemTime: Distribution;
  readonly slow: Counter;
  readonly rErrors: Counter;
  readonly spans: Counter<'outcome'>;
  readonly workerExits: Counter<'reason'>;
  readonly reloads: Counter<'outcome'>;

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'penstock_' });
    if (sources.appVersion !== undefined) {
      new Gauge({
        name: 'penstock_app_info',
        help: "1, with the app's version.",
        labelNames: ['version'],
        registers,
      }).set({ version: sources.appVersion }, 1);
    }
    this.requests = new RequestCounter(this.registry, {
      name: 'penstock_requests_total',
      help: 'Requests answered, by method and status.',
    });
    this.errors = new Counter({
      name: 'penstock_errors_total',
      help: "Penstock's own error answers, by code.",
      labelNames: ['code'],
      registers,
    });
    this.slow = new Counter({
      name: 'penstock_slow_requests_total',
      help: 'Requests that took longer than --slow-request.',
      registers,
    });
    this.cache = new Counter({
      name: 'penstock_cache_requests_total',
      help: 'Requests to routes with @cache: hit (kept), joined (computed for another at the same time), miss, passed (not to be kept).',
      labelNames: ['result'],
      registers,
    });
    this.requestTime = new Distribution(
      this.registry,
      { name: 'penstock_request_seconds', help: 'Time from the head of a request to the end of its answer.' },
      SECONDS,
    );
    this.queueWait = new Distribution(
      this.registry,
      { name: 'penstock_queue_wait_seconds', help: 'Time from arrival to the hand-over to R.' },
      SECONDS,
    );
    this.rTime = new Distribution(
      this.registry,
      { name: 'penstock_r_seconds', help: 'Time from the hand-over to R to its answer.' },
      SECONDS,
    );
    this.serialization = new Distribution(
      this.registry,
      {
        name: 'penstock_serialization_seconds',
        help: "Time that the gateway takes to print R's value as JSON; for a batch, those of all its requests.",
      },
      SECONDS,
    );
    this.batchRequests = new Distribution(
      this.registry,
      {
        name: 'penstock_batch_requests',
        help: 'Requests that were computed in one call, for calls of more than one.',
      },
      SIZES,
    );
    this.batchItems = new Distribution(
      this.registry,
      { name: 'penstock_batch_items', help: 'Items (rows, or elements of each argument) of such a call.' },
      SIZES,
    );
    this.itemTime = new Distribution(
      this.registry,
      { name: 'penstock_batch_item_seconds', help: "R's time for such a call, by its items." },
      ITEM_SECONDS,
    );
    this.rErrors = new Counter({
      name: 'penstock_r_errors_total',
      help: 'Errors that R has raised for a request and the app has not caught.',
      registers,
    });
    this.spans = new Counter({
      name: 'penstock_spans_total',
      help: 'Spans of traces: sent to the collector, failed to be sent, or dropped since too many were waiting.',
      labelNames: ['outcome'],
      registers,
    });
    this.workerExits = new Counter({
      name: 'penstock_worker_exits_total',
      help: 'Worker processes that ended: expected (told to) or unexpected.',
      labelNames: ['reason'],
      registers,
    });
    this.reloads = new Counter({
      name: 'penstock_reloads_total',
      help: 'Reloads of the app: reloaded, failed or superseded by a further one.',
      labelNames: ['outcome'],
      registers,
    });
    new Gauge({
      name: 'penstock_workers',
      help: 'Worker processes, by state.',
      labelNames: ['state'],
      registers,
      collect() {
        this.reset();
        for (const [state, count] of Object.entries(sources.workers())) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'penstock_queued',
      help: 'Requests that wait for a worker.',
      registers,
      collect() {
        this.set(sources.queued());
      },
    });
    new Gauge({
      name: 'penstock_body_bytes',
      help: 'Memory that the bodies of requests take which wait or run.',
      registers,
      collect() {
        this.set(sources.bodyBytes());
      },
    });
    new Gauge({
      name: 'penstock_running',
      help: 'Requests that R is running.',
      registers,
      collect() {
        this.set(sources.running());
      },
    });
  }
}
