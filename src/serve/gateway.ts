import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import type { Gate } from '../access/gate.js';
import { checkAdminAccess } from '../admin/admin-guard.js';
import type { AdminServer } from '../admin/admin-http.js';
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
import { Bodies } from '../http/bodies.js';
import { http2Risk } from '../http/http2-safety.js';
import type { PassedSockets } from '../http/passed-sockets.js';
import { type OpenRequest, PublicServer } from '../http/public-server.js';
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
import { around } from './around.js';
import { DevMode } from './dev/dev-mode.js';
import { recordRequest } from './request-record.js';
import type { RequestTraces } from './request-traces.js';
import { type StartReport, startReport } from './start-report.js';

/** Time between warnings that traces could not be sent, in ms. */
const TRACE_WARNING_INTERVAL_MS = 60_000;

/** How long the app's exit hooks may take at least, in ms, if requests have taken all of the shutdown timeout. */
const LEAST_EXIT_MS = 2000;

/** Serves one app: the public server and the admin server in front of the app's versions. */
export class Gateway {
  readonly #app: AppLocation;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #startedAt = performance.now();
  readonly #threads = new LargeThreads();
  readonly #bodies: Bodies;
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
  /** Undefined if requests go to the app without checks. */
  readonly #gate: Gate | undefined;
  readonly #adminServer: AdminServer;
  #draining = false;
  #listening = false;
  /** Resolves when the gateway serves. */
  #nowServing!: () => void;
  readonly #serving = new Promise<void>((resolve) => {
    this.#nowServing = resolve;
  });

  /**
   * Fails with `admin_unprotected` or `secret_unusable`.
   *
   * @param dev  whether to watch the app's files, and to show load errors instead of ending
   * @param gate undefined if requests go to the app without checks
   */
  constructor(
    app: AppLocation,
    config: Config,
    { log, output, request, tail }: Log,
    { dev, gate }: { dev: boolean; gate: Gate | undefined },
  ) {
    this.#app = app;
    this.#config = config;
    this.#log = log;
    this.#adminToken = AdminToken.from(config, log);
    checkAdminAccess(config, this.#adminToken);
    this.#bodies = new Bodies(config);
    this.#metrics = new Metrics({
      appVersion: config.appVersion,
      bodies: this.#bodies,
      responseBytes: () => this.#publicServer.responseBytes,
      logLinesLost: () => output.lost,
      workers: () => workersByState(this.#versions.all),
      queued: () => this.#queued,
      running: () => this.#running,
      open: () => this.#open,
    });
    const records = {
      metrics: this.#metrics,
      failures: this.#failures,
      slow: new SlowRequests(config.slowRequest),
      write: config.accessLog ? request : undefined,
    };
    this.#spare =
      dev && !config.debug && app.kind === 'plumber'
        ? new Spare({ app, rscript: config.rscript })
        : undefined;
    let workerIds = 0;
    const finished = (record: ExchangeRecord): void => {
      recordRequest(record, records);
      this.#traces?.finished(record);
    };
    this.#versions = new AppVersions({
      app,
      config,
      dev,
      log,
      metrics: this.#metrics,
      threads: this.#threads,
      nextWorkerId: () => ++workerIds,
      spare: this.#spare,
      outputRoom: () => output.room,
      bodies: this.#bodies,
      draining: () => this.#draining,
      finished,
      admits: (incoming, routes) => gate?.admits(incoming, routes) ?? true,
      checkRules: (routes) => gate?.check(routes),
      around: (lane) => around(lane, { app, config, dev, failures: this.#failures }),
      failed: (error) => {
        this.#metrics.rErrors.inc();
        this.#failures.raised(error);
      },
    });
    const development = dev ? new DevMode(app, this.#versions, log, this.#spare) : undefined;
    this.#dev = development;
    const open: (incoming: IncomingMessage, response: ServerResponse) => OpenRequest =
      development === undefined
        ? (incoming, response) => this.#versions.serving!.open(incoming, response)
        : (incoming, response) => development.open(incoming, response);
    this.#gate = gate;
    const routes = () => this.#versions.serving?.paths;
    const guarded = this.#gate?.before(open, finished, routes) ?? open;
    this.#publicServer = new PublicServer(
      config,
      (incoming, response) => {
        this.#traces?.begin(incoming);
        return guarded(incoming, response);
      },
      (error) => this.#refused(error),
      tlsFiles(config, log),
      () => this.#versions.serving?.manifest?.sockets === true,
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
        // Only when the public port accepts connections: a load balancer then sends requests at once.
        ready: () => this.#listening && (this.#versions.serving?.ready ?? false),
        status: () => this.status(),
        reload: () => this.reload('admin'),
      },
      { token: this.#adminToken, config, log },
    );
  }

  /**
   * Loads the app in the workers, then listens. Fails with `app_load_failed` and R's message, or with
   * `address_unavailable`. The admin server runs while the app loads, so that probes can watch it.
   *
   * @param sockets replace the configured addresses
   */
  async start(sockets: PassedSockets): Promise<StartReport> {
    const { project } = this.#app;
    if (project !== undefined) {
      this.#log.info({ event: 'project', project }, `R starts in the project ${project}`);
    }
    const { config: file } = this.#config;
    if (file !== undefined) this.#log.info({ event: 'config', file }, `Options are read from ${file}`);
    const adminUrl = await listenAdmin(this.#adminServer, this.#config, this.#log, sockets.admin);
    const started = (this.#dev ?? this.#versions).start();
    [this.#traces] = await Promise.all([this.#startTracing(), started]);
    await this.#publicServer.listen(sockets.public);
    this.#listening = true;
    const { url } = this.#publicServer;
    this.#log.info(
      { event: 'listening', url, adminUrl, workers: this.#config.workers },
      `Listening on ${url}, admin on ${adminUrl}`,
    );
    if (this.#dev === undefined) this.#versions.serving!.warn();
    const risk = this.#config.http2 ? http2Risk() : undefined;
    if (risk !== undefined) this.#log.warn({ event: 'http2-unsafe' }, `${risk}: use Node 26, or --no-http2`);
    this.#nowServing();
    return startReport({
      url,
      adminUrl,
      app: this.#app,
      config: this.#config,
      version: this.#versions.serving,
    });
  }

  /**
   * Stops without losing requests: reports not ready, accepts requests for the drain delay, finishes running and
   * waiting requests, then stops the workers with the app's exit hooks. After the shutdown timeout it cuts requests, and
   * kills workers that do not end within `LEAST_EXIT_MS`.
   *
   * @param reason why it stops, for the log
   */
  async stop(reason: string): Promise<void> {
    const { drainDelay, shutdownTimeout } = this.#config;
    this.#draining = true;
    this.#dev?.close();
    this.#publicServer.startDraining();
    this.#log.info({ event: 'draining', reason }, `Shutting down (${reason}): finishing what runs`);
    await new Promise((resolve) => setTimeout(resolve, drainDelay));
    const until = performance.now() + shutdownTimeout;
    this.#versions.endStreams();
    const cut = setTimeout(() => {
      this.#log.warn(
        { event: 'drain-timeout' },
        `Requests were cut: they took longer than the shutdown timeout`,
      );
      this.#publicServer.closeNow();
    }, shutdownTimeout);
    for (const { sockets } of this.#versions.all) sockets.close('The server stops');
    await this.#publicServer.close();
    clearTimeout(cut);
    await this.abort(Math.max(LEAST_EXIT_MS, until - performance.now()));
    this.#log.info({ event: 'stopped' }, 'Stopped');
  }

  /**
   * Stops the workers and the admin server, after a failed start or when all requests are done.
   *
   * @param grace how long the workers may take, in ms
   */
  async abort(grace?: number): Promise<void> {
    this.#draining = true;
    await this.#publicServer.close();
    this.#dev?.close();
    // A collector that does not answer takes its time, too.
    await Promise.all([this.#versions.close(grace), this.#traces?.close()]);
    this.#spare?.close(); // last, because it may have become a worker
    await this.#threads.close();
    this.#bodies.files.close();
    this.#dashboard.close();
    await this.#adminServer.close();
    this.#adminToken?.close();
    this.#gate?.close();
  }

  /** Loads the app's current files and switches to them. Loses no request; if loading fails, nothing changes. */
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
      open: this.#open,
      queued: this.#queued,
      ...this.#waits,
      converting: this.#threads.jobs,
      queueLimit: this.#config.queueLimit,
      cache: serving?.cache && {
        entries: serving.cache.entries,
        bytes: serving.cache.bytes,
        limit: serving.cache.limit,
      },
      restarts,
      starts: pool?.starts,
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

  get #waits(): Pick<Status, 'demand' | 'expectedWaitMs' | 'longestWaitMs'> {
    let demand = 0;
    let longest = 0;
    for (const version of this.#versions.all) {
      demand += version.demand;
      longest = Math.max(longest, version.waits.longest);
    }
    const expected = this.#versions.serving?.waits.expected ?? 0;
    return {
      longestWaitMs: Math.round(longest),
      expectedWaitMs: Math.round(expected),
      demand: Math.round(demand * 100) / 100,
    };
  }

  get #queued(): number {
    return this.#versions.all.reduce((sum, { queued }) => sum + queued, 0);
  }

  get #open(): number {
    return this.#versions.all.reduce((sum, { openRequests }) => sum + openRequests, 0);
  }

  get #running(): number {
    return this.#versions.all.reduce((sum, { running }) => sum + running, 0);
  }

  #refused(error: PenstockError): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log.info({ event: 'refused', code: error.code }, `A request was refused: ${error.message}`);
  }
}
