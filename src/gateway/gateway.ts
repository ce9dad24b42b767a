import type { FastifyInstance } from 'fastify';
import type { AppLocation } from '../app/find-app.js';
import {
  type DirectRoute,
  describeLoadFailure,
  type Hazard,
  type LoadFailure,
  type Manifest,
} from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { ticketTimes } from '../dispatch/ticket.js';
import { PenstockError } from '../errors.js';
import type { Log, Logger } from '../observe/log.js';
import { Metrics } from '../observe/metrics.js';
import { startFailure } from '../pool/load-once.js';
import { Pool, type PoolObserver } from '../pool/pool.js';
import { describeExit } from '../pool/worker-exit.js';
import { version } from '../version.js';
import { createAdminServer, listenAdmin } from './admin-server.js';
import { DirectLane } from './direct/direct-lane.js';
import { Exchange, type ExchangeContext, type ExchangeRecord } from './exchange.js';
import { LargeThreads } from './large/threads.js';
import { ModelApp } from './model/model-app.js';
import { ModelExchange, type ModelExchangeContext } from './model/model-exchange.js';
import { PublicServer } from './public-server.js';
import { gatewayState, type Status, workerStatuses } from './status.js';

/** Room for the status, the headers and R's own framing around an answer's body. */
const ANSWER_OVERHEAD = 65_536;

/** Addresses it serves on, once it does. */
export interface Listening {
  readonly url: string;
  readonly adminUrl: string;
  readonly manifest: Manifest;
}

/** One app, served: the public and the admin server, the dispatcher and the pool of workers. */
export class Gateway {
  readonly #app: AppLocation;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #logRequest: Log['request'];
  readonly #startedAt = performance.now();
  readonly #pool: Pool;
  readonly #dispatcher: Dispatcher;
  readonly #threads = new LargeThreads();
  #exchanges: ExchangeContext;
  /** Set where the app is saved models. */
  readonly #models: ModelApp | undefined;
  #modelExchanges: ModelExchangeContext | undefined;
  readonly #metrics: Metrics;
  readonly #publicServer: PublicServer;
  readonly #adminServer: FastifyInstance;
  #draining = false;
  /** The plan of the direct lane as the first worker had it, and whether another one's differs. */
  #routes: string | undefined;
  #differing = false;
  /** Settles with the first worker's fate: its manifest, or why the app does not load. */
  #loaded!: (result: Manifest | PenstockError) => void;
  readonly #firstLoad = new Promise<Manifest | PenstockError>((resolve) => {
    this.#loaded = resolve;
  });

  constructor(app: AppLocation, config: Config, { log, request }: Log) {
    this.#app = app;
    this.#config = config;
    this.#log = log;
    this.#logRequest = request;
    this.#publicServer = new PublicServer(
      config,
      (request, response) => {
        if (this.#modelExchanges === undefined) new Exchange(request, response, this.#exchanges).run();
        else new ModelExchange(request, response, this.#modelExchanges).run();
      },
      (error) => this.#refused(error),
    );
    this.#models = app.kind === 'model' ? new ModelApp(app, config, log, () => this.#ready()) : undefined;
    this.#pool = new Pool(
      {
        command: this.#models?.command ?? {
          rscript: config.rscript,
          app,
          host: config.host,
          port: config.port,
        },
        min: config.workers.min,
        max: config.workers.max,
        loadTimeout: config.loadTimeout,
        idleTimeout: config.idleTimeout,
        stopGrace: config.shutdownTimeout,
        maxPayload: config.responseLimit + ANSWER_OVERHEAD,
      },
      this.#observer,
    );
    this.#dispatcher = new Dispatcher(this.#pool, {
      ...config,
      batchComputed: (requests, items, ms) => {
        this.#metrics.batchRequests.observe(requests);
        this.#metrics.batchItems.observe(items);
        this.#metrics.itemTime.observe(ms / 1000 / items);
      },
    });
    this.#exchanges = {
      dispatcher: this.#dispatcher,
      direct: undefined,
      threads: this.#threads,
      options: config,
      finished: (record) => this.#record(record),
    };
    this.#metrics = new Metrics({
      workers: () => this.#workersByState(),
      queued: () => this.#dispatcher.queued,
      running: () => this.#dispatcher.running,
    });
    this.#adminServer = createAdminServer({
      metrics: this.#metrics,
      ready: () => this.#ready(),
      status: () => this.status(),
    });
  }

  /**
   * Loads the app in the workers, then listens; fails with `app_load_failed` in R's words or `address_unavailable`.
   * The admin server is up while the app loads, so that a probe can see that.
   */
  async start(): Promise<Listening> {
    const adminUrl = await listenAdmin(this.#adminServer, this.#config);
    await this.#pool.start();
    const result = await this.#firstLoad;
    if (result instanceof PenstockError) throw result;
    if (this.#config.preload === 'on') {
      this.#log.warn(
        { event: 'no-preload' },
        'preload: on is not possible yet: every worker loads the app itself',
      );
    }
    if (this.#models !== undefined) {
      this.#serveModels(this.#models, result);
    } else if (result.direct !== undefined && this.#config.lane === 'auto' && !this.#differing) {
      this.#exchanges = {
        ...this.#exchanges,
        direct: new DirectLane(result.direct, this.#threads, this.#distrusted),
      };
    }
    await this.#publicServer.listen();
    const { url } = this.#publicServer;
    this.#log.info(
      { event: 'listening', url, adminUrl, workers: this.#config.workers },
      `Listening on ${url}, admin on ${adminUrl}`,
    );
    this.#warnOfHazards(result.hazards);
    this.#warnOfBatches(result.direct?.routes ?? []);
    return { url, adminUrl, manifest: result };
  }

  /**
   * Stops without losing anything: not ready any more, still accepting for the drain delay, then finishing what
   * runs and waits, then the workers with the app's exit hooks. What is not done within the grace time is cut.
   */
  async stop(): Promise<void> {
    const { drainDelay, shutdownTimeout } = this.#config;
    this.#draining = true;
    this.#publicServer.startDraining();
    this.#log.info({ event: 'draining' }, 'Shutting down: finishing what runs');
    await new Promise((resolve) => setTimeout(resolve, drainDelay));
    const cut = setTimeout(() => {
      this.#log.warn(
        { event: 'drain-timeout' },
        `Requests were cut: they took longer than the shutdown timeout`,
      );
      this.#publicServer.closeNow();
    }, shutdownTimeout);
    await this.#publicServer.close();
    clearTimeout(cut);
    await this.abort();
    this.#log.info({ event: 'stopped' }, 'Stopped');
  }

  /** Ends workers and the admin server, when nothing has been served or everything is done. */
  async abort(): Promise<void> {
    this.#draining = true;
    await this.#publicServer.close();
    await this.#pool.stop();
    await this.#threads.close();
    await this.#adminServer.close();
    this.#models?.close();
  }

  status(): Status {
    return {
      state: gatewayState(this.#pool, this.#draining),
      version,
      app: this.#app.file,
      uptime: Math.round((performance.now() - this.#startedAt) / 1000),
      running: this.#dispatcher.running,
      queued: this.#dispatcher.queued,
      queueLimit: this.#config.queueLimit,
      restarts: this.#pool.restarts,
      workers: workerStatuses(this.#pool),
    };
  }

  #ready(): boolean {
    return !this.#draining && this.#pool.healthy > 0;
  }

  #workersByState(): Record<string, number> {
    const states: Record<string, number> = {};
    for (const { state } of this.#pool.workers) states[state] = (states[state] ?? 0) + 1;
    return states;
  }

  readonly #observer: PoolObserver = {
    idle: () => this.#dispatcher.workerIdle(),
    broken: () => {
      this.#log.error({ event: 'broken' }, 'No worker can be started: requests are refused until one can');
      this.#dispatcher.refuseAll();
    },
    ready: (worker, manifest) => {
      this.#loaded(manifest);
      this.#compareRoutes(manifest);
      const { id, journey, pid } = worker;
      const { elapsed, steps } = journey;
      this.#log.info(
        { event: 'worker-ready', worker: id, pid, journey: steps },
        `Worker ${id} ready after ${elapsed} ms`,
      );
    },
    loadFailed: (worker, failure) => this.#loadFailed(worker.id, failure),
    dead: (worker, exit, expected) => {
      this.#metrics.workerExits.inc({ reason: expected ? 'expected' : 'unexpected' });
      const { id, journey, pid } = worker;
      const details = { event: 'worker-exit', worker: id, pid, ...exit };
      if (expected) {
        this.#log.info(details, `Worker ${id} ended`);
        return;
      }
      if (journey.done) {
        this.#log.warn(details, `Worker ${id} ${describeExit(exit)}`);
        return;
      }
      const where = `while it started${journey.describe()}`;
      this.#log.warn({ ...details, journey: journey.steps }, `Worker ${id} ${describeExit(exit)} ${where}`);
      this.#loaded(startFailure(journey, exit));
    },
    output: (worker, stream, line) => {
      this.#log.info({ event: 'output', worker: worker.id, stream, requestId: worker.unit?.label }, line);
    },
  };

  #serveModels(models: ModelApp, manifest: Manifest): void {
    models.start(manifest, this.#dispatcher);
    this.#modelExchanges = {
      dispatcher: this.#dispatcher,
      options: this.#config,
      answer: (request) => models.server.answer(request),
      errorReply: (path, error, id) => models.server.errorReply(path, error, id),
      finished: (record) => this.#record(record),
    };
  }

  readonly #distrusted = ({ path, verbs }: DirectRoute, reason: string): void => {
    this.#log.warn(
      { event: 'not-batched', path, reason },
      `${verbs.join(',')} ${path} is not batched any more, in spite of its @batch: ${reason}`,
    );
  };

  /** The direct lane names routes by their place, so every worker must have the same. */
  #compareRoutes(manifest: Manifest): void {
    const routes = JSON.stringify(manifest.direct);
    this.#routes ??= routes;
    if (this.#routes === routes || this.#differing) return;
    this.#differing = true;
    this.#exchanges = { ...this.#exchanges, direct: undefined };
    this.#log.warn(
      { event: 'routes-differ' },
      'The app has other routes in each worker: every request takes the plumber lane',
    );
  }

  #loadFailed(worker: number, failure: LoadFailure): void {
    const text = describeLoadFailure(failure);
    this.#log.error({ event: 'load-failed', worker, ...failure }, `The app could not be loaded: ${text}`);
    this.#loaded(new PenstockError('app_load_failed', text));
  }

  #warnOfBatches(routes: readonly DirectRoute[]): void {
    for (const { batch, path, verbs } of routes) {
      if (batch?.obstacle === undefined) continue;
      const { obstacle } = batch;
      this.#log.warn(
        { event: 'not-batched', path, obstacle },
        `${verbs.join(',')} ${path} is not batched, in spite of its @batch: ${obstacle}`,
      );
    }
  }

  #warnOfHazards(hazards: readonly Hazard[]): void {
    if (this.#config.workers.max === 1) return;
    for (const hazard of hazards) {
      if (hazard.severity !== 'warning') continue;
      const { advice, file, line, message } = hazard;
      this.#log.warn({ event: 'hazard', ...hazard }, `${file}:${line}: ${message} ${advice}`);
    }
  }

  #record(record: ExchangeRecord): void {
    const { bytes, duration, error, id, method, path, status, ticket, lane } = record;
    this.#metrics.requests.inc({ method, status });
    if (error !== undefined) this.#metrics.errors.inc({ code: error.code });
    const times = ticket === undefined ? undefined : ticketTimes(ticket);
    if (times?.queue !== undefined) this.#metrics.queueWait.observe(times.queue / 1000);
    if (times?.r !== undefined) this.#metrics.rTime.observe(times.r / 1000);
    const batch = ticket?.batchSize ?? 1;
    if (!this.#config.accessLog) return;
    this.#logRequest({
      requestId: id,
      method,
      path,
      status,
      bytes,
      durationMs: round(duration),
      queueMs: times && round(times.queue),
      rMs: times?.r === undefined ? undefined : round(times.r),
      worker: ticket?.worker?.id,
      batch: batch > 1 ? batch : undefined,
      lane,
      code: error?.code,
      detail: error?.detail,
    });
  }

  #refused(error: PenstockError): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log.info({ event: 'refused', code: error.code }, `A request was refused: ${error.message}`);
  }
}

/** Milliseconds, to the microsecond. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
