import Counter from 'prom-client/lib/counter.js';
import collectDefaultMetrics from 'prom-client/lib/defaultMetrics.js';
import Gauge from 'prom-client/lib/gauge.js';
import Registry from 'prom-client/lib/registry.js';
import { Distribution } from './distribution.js';
import { RequestCounter } from './request-counter.js';

/** What the gauges read when Prometheus scrapes them. */
export interface MetricSources {
  /** The app's version; undefined if unknown. */
  readonly appVersion: string | undefined;
  workers(): Readonly<Record<string, number>>;
  queued(): number;
  running(): number;
  open(): number;
  /** Bytes of request bodies in memory. */
  readonly bodies: Readonly<Record<'memory' | 'files', { readonly used: number }>>;
  responseBytes(): number;
  /** Number of log lines that could not be written. */
  logLinesLost(): number;
}

/** Six buckets per decade, from 0.1 ms (the gateway's own work) to a minute (slow R handlers). */
const SECONDS_BUCKETS = [-4, -3, -2, -1, 0, 1].flatMap((power) =>
  [1, 1.5, 2, 3, 5, 7].map((digit) => Number(`${digit}e${power}`)),
);

const BATCH_SIZE_BUCKETS = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
/** R's time for one item of a batch. */
const ITEM_SECONDS_BUCKETS = [0.00001, 0.000025, 0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1];

/** prom-client's gauges that repeat the sum of another one. A name with `_total` must be a counter. */
const REDUNDANT_GAUGES = ['handles', 'requests', 'resources'].map(
  (kind) => `penstock_nodejs_active_${kind}_total`,
);

/** The gateway's metrics, in Prometheus format. */
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
  readonly streamElements: Counter;
  readonly rErrors: Counter;
  readonly spans: Counter<'outcome'>;
  readonly workerExits: Counter<'reason'>;
  readonly reloads: Counter<'outcome'>;

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'penstock_' });
    for (const name of REDUNDANT_GAUGES) this.registry.removeSingleMetric(name);
    if (sources.appVersion !== undefined) {
      new Gauge({
        name: 'penstock_app_info',
        help: "Always 1; the label has the app's version.",
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
      help: 'Requests that Penstock answered with an error of its own, by error code.',
      labelNames: ['code'],
      registers,
    });
    this.slow = new Counter({
      name: 'penstock_slow_requests_total',
      help: 'Requests that took longer than --slow-request.',
      registers,
    });
    this.streamElements = new Counter({
      name: 'penstock_stream_elements_total',
      help: 'Elements of streams that have ended.',
      registers,
    });
    this.cache = new Counter({
      name: 'penstock_cache_requests_total',
      help: 'Requests to routes with @cache: hit (from the cache), joined (shared the result of a concurrent request), miss, or passed (not cacheable).',
      labelNames: ['result'],
      registers,
    });
    this.requestTime = new Distribution(
      this.registry,
      {
        name: 'penstock_request_seconds',
        help: 'Time from receiving the request head to sending the end of the response, or the first element of a stream.',
      },
      SECONDS_BUCKETS,
    );
    this.queueWait = new Distribution(
      this.registry,
      {
        name: 'penstock_queue_wait_seconds',
        help: 'Time that requests wait in the queue before R gets them.',
      },
      SECONDS_BUCKETS,
    );
    this.rTime = new Distribution(
      this.registry,
      { name: 'penstock_r_seconds', help: 'Time that R takes for a request.' },
      SECONDS_BUCKETS,
    );
    this.serialization = new Distribution(
      this.registry,
      {
        name: 'penstock_serialization_seconds',
        help: "Time that the gateway takes to write R's value as JSON. For a batch: all of its requests.",
      },
      SECONDS_BUCKETS,
    );
    this.batchRequests = new Distribution(
      this.registry,
      {
        name: 'penstock_batch_requests',
        help: 'Requests per batch, for batches of two or more.',
      },
      BATCH_SIZE_BUCKETS,
    );
    this.batchItems = new Distribution(
      this.registry,
      { name: 'penstock_batch_items', help: 'Items per batch: rows, or elements of each argument.' },
      BATCH_SIZE_BUCKETS,
    );
    this.itemTime = new Distribution(
      this.registry,
      { name: 'penstock_batch_item_seconds', help: "R's time per item of a batch." },
      ITEM_SECONDS_BUCKETS,
    );
    this.rErrors = new Counter({
      name: 'penstock_r_errors_total',
      help: 'R errors in requests that the app did not catch.',
      registers,
    });
    this.spans = new Counter({
      name: 'penstock_spans_total',
      help: 'Trace spans: sent to the collector, failed to send, or dropped because too many were waiting.',
      labelNames: ['outcome'],
      registers,
    });
    this.workerExits = new Counter({
      name: 'penstock_worker_exits_total',
      help: 'Worker processes that ended: expected (Penstock stopped them) or unexpected.',
      labelNames: ['reason'],
      registers,
    });
    this.reloads = new Counter({
      name: 'penstock_reloads_total',
      help: 'Reloads of the app: reloaded, failed, or superseded by a newer reload.',
      labelNames: ['outcome'],
      registers,
    });
    new Counter({
      name: 'penstock_log_lines_lost_total',
      help: 'Log lines that could not be written to stdout: a full disk, or a reader that is gone or too slow.',
      registers,
      collect() {
        this.reset();
        this.inc(sources.logLinesLost());
      },
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
      help: 'Requests waiting for a worker.',
      registers,
      collect() {
        this.set(sources.queued());
      },
    });
    new Gauge({
      name: 'penstock_body_bytes',
      help: 'Memory used by the bodies of waiting and running requests.',
      registers,
      collect() {
        this.set(sources.bodies.memory.used);
      },
    });
    new Gauge({
      name: 'penstock_body_file_bytes',
      help: 'Disk space used by the temporary files of request bodies.',
      registers,
      collect() {
        this.set(sources.bodies.files.used);
      },
    });
    new Gauge({
      name: 'penstock_response_bytes',
      help: 'Memory used by responses that their clients have not received yet.',
      registers,
      collect() {
        this.set(sources.responseBytes());
      },
    });
    new Gauge({
      name: 'penstock_running',
      help: 'Requests running in R.',
      registers,
      collect() {
        this.set(sources.running());
      },
    });
    new Gauge({
      name: 'penstock_open',
      help: 'Requests that wait for a promise in R, and streams.',
      registers,
      collect() {
        this.set(sources.open());
      },
    });
  }
}
