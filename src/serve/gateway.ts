import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Gate } from '../access/gate.js';
import { checkAdminAccess } from '../admin/admin-guard.js';
import { createAdminServer, listenAdmin } from '../admin/admin-server.js';
import { AdminToken } from '../admin/admin-token.js';
import { Dashboard } from '../admin/dashboard/dashboard.js';
import { registerLiveMetrics } from '../admin/live-metrics.js';
import type { ReloadCause, ReloadRecord } from '../admin/reload-record.js';
import { gatewayState, type Status, versionStatus, workerStatuses, workersByState } from '../admin/status.js';
import { WorkerViews } from '../admin/worker-views.js';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import type { PenstockError } from '../errors.js';
import { BodyMemory } from '../http/body-memory.js';
import { PublicServer, type Visit } from '../http/public-server.js';
import { tlsFiles } from '../http/tls-files.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import { LargeThreads } from '../lanes/large/threads.js';
import { Failures } from '../observe/failures.js';
import type { Log, Logger } from '../observe/log.js';
import { Metrics } from '../observe/metrics.js';
import { SlowRequests } from '../observe/slow-requests.js';
import { traceEndpoint } from '../observe/tracing/trace-endpoint.js';
import { Spare } from '../pool/spare.js';
import { version } from '../version.js';
import { AppVersions } from './app-versions.js';
import { DevMode } from './dev/dev-mode.js';
import { recordRequest } from './request-record.js';
import type { RequestTraces } from './request-traces.js';

/** Time between warnings that traces could not be sent, in ms. */
const TRACE_WARNING_INTERVAL_MS = 60_000;

/** Addresses it serves on, once it does. */
export interface Listening {
  readonly url: string;
  readonly adminUrl: string;
}

/** One app, served: the public and the admin server in front of the app's versions. */
export class Gateway {
  readonly #app: AppLocation;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #startedAt = performance.now();
  readonly #threads = new LargeThreads();
  readonly #bodies: BodyMemory;
  readonly #metrics: Metrics;
  readonly #failures = new Failures();
  readonly #versions: AppVersions;
  readonly #dashboard: Dashboard;
  /** Undefined if tracing is off. */
  #traces: RequestTraces | undefined;
  /** Set under `penstock dev`. */
  readonly #dev: DevMode | undefined;
  readonly #spare: Spare | undefined;
  readonly #publicServer: PublicServer;
  readonly #adminToken: AdminToken | undefined;
  /** Undefined where every request goes to the app as it is. */
  readonly #gate: Gate | undefined;
  readonly #adminServer: FastifyInstance;
  #draining = false;
  #listening = false;
  /** Resolves once it serves. */
  #nowServing!: () => void;
  readonly #serving = new Promise<void>((resolve) => {
    this.#nowServing = resolve;
  });

  /**
   * Fails with `admin_unprotected` or `secret_unusable`.
   *
   * @param dev  follow the app's files, and show why they do not load instead of ending
   * @param gate undefined where every request goes to the app as it is
   */
  constructor(
    app: AppLocation,
    config: Config,
    { log, request, tail }: Log,
    { dev, gate }: { dev: boolean; gate: Gate | undefined },
  ) {
    this.#app = app;
    this.#config = config;
    this.#log = log;
    this.#adminToken = AdminToken.from(config, log);
    checkAdminAccess(config, this.#adminToken);
    this.#bodies = new BodyMemory(config.bodyMemory);
    this.#metrics = new Metrics({
      appVersion: config.appVersion,
      bodyBytes: () => this.#bodies.used,
      workers: () => workersByState(this.#versions.all),
      queued: () => this.#queued,
      running: () => this.#running,
    });
    const records = {
      metrics: this.#metrics,
      failures: this.#failures,
      slow: new SlowRequests(config.slowRequest),
      write: config.accessLog ? request : undefined,
    };
    this.#spare = dev && app.kind === 'plumber' ? new Spare({ app, rscript: config.rscript }) : undefined;
    let workerIds = 0;
    const finished = (record: ExchangeRecord): void => {
      recordRequest(record, records);
      this.#traces?.finished(record);
    };
    this.#versions = new AppVersions({
      app,
      config,
      log,
      metrics: this.#metrics,
      threads: this.#threads,
      nextWorkerId: () => {
        workerIds += 1;
        return workerIds;
      },
      spare: this.#spare,
      bodies: this.#bodies,
      draining: () => this.#draining,
      finished,
      failed: (error) => {
        this.#metrics.rErrors.inc();
        this.#failures.raised(error);
      },
    });
    const development = dev ? new DevMode(app, this.#versions, log, this.#spare) : undefined;
    this.#dev = development;
    const visit: (incoming: IncomingMessage, response: ServerResponse) => Visit =
      development === undefined
        ? (incoming, response) => this.#versions.serving!.visit(incoming, response)
        : (incoming, response) => development.visit(incoming, response);
    this.#gate = gate;
    const guarded = this.#gate?.before(visit, finished) ?? visit;
    this.#publicServer = new PublicServer(
      config,
      (incoming, response) => {
        this.#traces?.begin(incoming);
        return guarded(incoming, response);
      },
      (error) => this.#refused(error),
      tlsFiles(config, log),
    );
    const workers = new WorkerViews(() => this.#versions.all);
    registerLiveMetrics(this.#metrics.registry, { workers, status: () => this.status() });
    this.#dashboard = new Dashboard({
      ...records,
      tail,
      workers,
      signedIn: this.#adminToken !== undefined,
      status: () => this.status(),
    });
    this.#adminServer = createAdminServer(
      {
        dashboard: this.#dashboard,
        metrics: this.#metrics,
        // Not before the public port takes connections: whoever asks sends requests at once.
        ready: () => this.#listening && (this.#versions.serving?.ready ?? false),
        status: () => this.status(),
        reload: () => this.reload('admin'),
      },
      { token: this.#adminToken, config, log },
    );
  }

  /**
   * Loads the app in the workers, then listens; fails with `app_load_failed` in R's words or `address_unavailable`.
   * The admin server is up while the app loads, so that a probe can see that.
   */
  async start(): Promise<Listening> {
    const adminUrl = await listenAdmin(this.#adminServer, this.#config);
    const started = (this.#dev ?? this.#versions).start();
    [this.#traces] = await Promise.all([this.#startTracing(), started]);
    await this.#publicServer.listen();
    this.#listening = true;
    const { url } = this.#publicServer;
    this.#log.info(
      { event: 'listening', url, adminUrl, workers: this.#config.workers },
      `Listening on ${url}, admin on ${adminUrl}`,
    );
    if (this.#dev === undefined) this.#versions.serving!.warn();
    this.#nowServing();
    return { url, adminUrl };
  }

  /**
   * Stops without losing anything: not ready any more, still accepting for the drain delay, then finishing what
   * runs and waits, then the workers with the app's exit hooks. What is not done within the grace time is cut.
   */
  async stop(): Promise<void> {
    const { drainDelay, shutdownTimeout } = this.#config;
    this.#draining = true;
    this.#dev?.close();
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
    this.#dev?.close();
    await this.#versions.close();
    this.#spare?.close(); // of which one may have been a worker until now
    await this.#threads.close();
    this.#dashboard.close();
    await this.#traces?.close();
    await this.#adminServer.close();
    this.#adminToken?.close();
    this.#gate?.close();
  }

  /** Replaces the app by what its files are now, if that loads: not a request is lost, and what fails changes nothing. */
  async reload(by: ReloadCause): Promise<ReloadRecord> {
    await this.#serving;
    return this.#versions.reload(by);
  }

  status(): Status {
    const { finishing, loading, reloads, restarts, serving } = this.#versions;
    const pool = (serving ?? loading)?.pool;
    return {
      state: gatewayState(pool, this.#draining),
      version,
      app: this.#app.file,
      appVersion: serving && versionStatus(serving),
      finishing: finishing.map(versionStatus),
      reloads,
      release: this.#config.appVersion,
      uptime: Math.round((performance.now() - this.#startedAt) / 1000),
      running: this.#running,
      queued: this.#queued,
      converting: this.#threads.jobs,
      queueLimit: this.#config.queueLimit,
      cache: serving?.cache && {
        entries: serving.cache.entries,
        bytes: serving.cache.bytes,
        limit: serving.cache.limit,
      },
      restarts,
      workers: pool === undefined ? [] : workerStatuses(pool),
    };
  }

  /** Undefined if tracing is off; OpenTelemetry's SDK is loaded only if it is on. */
  async #startTracing(): Promise<RequestTraces | undefined> {
    const { appVersion: release, otlpEndpoint } = this.#config;
    const url = traceEndpoint(otlpEndpoint, process.env);
    if (url === undefined) return undefined;
    const { RequestTraces } = await import('./request-traces.js');
    const { host } = new URL(url);
    let quietUntil = 0;
    return new RequestTraces(
      { url, release, service: basename(this.#app.directory) },
      (outcome, spans, reason) => {
        this.#metrics.spans.inc({ outcome }, spans);
        if (reason === undefined || performance.now() < quietUntil) return;
        quietUntil = performance.now() + TRACE_WARNING_INTERVAL_MS;
        this.#log.warn({ event: 'traces-not-sent', host }, `Could not send traces to ${host}: ${reason}`);
      },
      (method, path) => this.#versions.serving?.routeOf(method, path),
    );
  }

  get #queued(): number {
    return this.#versions.all.reduce((sum, { queued }) => sum + queued, 0);
  }

  get #running(): number {
    return this.#versions.all.reduce((sum, { running }) => sum + running, 0);
  }

  #refused(error: PenstockError): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log.info({ event: 'refused', code: error.code }, `A request was refused: ${error.message}`);
  }
}
