import type { FastifyInstance } from 'fastify';
import type { AppLocation } from '../app/find-app.js';
import type { Manifest } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import type { PenstockError } from '../errors.js';
import type { Log, Logger } from '../observe/log.js';
import { Metrics } from '../observe/metrics.js';
import { version } from '../version.js';
import { createAdminServer, listenAdmin } from './admin-server.js';
import { AppVersion } from './app-version.js';
import { LargeThreads } from './large/threads.js';
import { PublicServer } from './public-server.js';
import { recordRequest } from './request-record.js';
import { gatewayState, type Status, workerStatuses, workersByState } from './status.js';

/** Addresses it serves on, once it does. */
export interface Listening {
  readonly url: string;
  readonly adminUrl: string;
  readonly manifest: Manifest;
}

/** One app, served: the public and the admin server in front of the app's version. */
export class Gateway {
  readonly #app: AppLocation;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #startedAt = performance.now();
  readonly #threads = new LargeThreads();
  readonly #metrics: Metrics;
  readonly #version: AppVersion;
  readonly #publicServer: PublicServer;
  readonly #adminServer: FastifyInstance;
  #draining = false;

  constructor(app: AppLocation, config: Config, { log, request }: Log) {
    this.#app = app;
    this.#config = config;
    this.#log = log;
    this.#metrics = new Metrics({
      workers: () => workersByState(this.#version.pool),
      queued: () => this.#version.queued,
      running: () => this.#version.running,
    });
    const write = config.accessLog ? request : undefined;
    this.#version = new AppVersion({
      app,
      config,
      log,
      metrics: this.#metrics,
      threads: this.#threads,
      draining: () => this.#draining,
      finished: (record) => recordRequest(record, this.#metrics, write),
    });
    this.#publicServer = new PublicServer(
      config,
      (incoming, response) => this.#version.visit(incoming, response),
      (error) => this.#refused(error),
    );
    this.#adminServer = createAdminServer({
      metrics: this.#metrics,
      ready: () => this.#version.ready,
      status: () => this.status(),
    });
  }

  /**
   * Loads the app in the workers, then listens; fails with `app_load_failed` in R's words or `address_unavailable`.
   * The admin server is up while the app loads, so that a probe can see that.
   */
  async start(): Promise<Listening> {
    const adminUrl = await listenAdmin(this.#adminServer, this.#config);
    const manifest = await this.#version.load();
    if (this.#config.preload === 'on') {
      this.#log.warn(
        { event: 'no-preload' },
        'preload: on is not possible yet: every worker loads the app itself',
      );
    }
    await this.#publicServer.listen();
    const { url } = this.#publicServer;
    this.#log.info(
      { event: 'listening', url, adminUrl, workers: this.#config.workers },
      `Listening on ${url}, admin on ${adminUrl}`,
    );
    this.#version.warn(manifest);
    return { url, adminUrl, manifest };
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
    await this.#version.stop();
    await this.#threads.close();
    await this.#adminServer.close();
  }

  status(): Status {
    const { pool, queued, running } = this.#version;
    return {
      state: gatewayState(pool, this.#draining),
      version,
      app: this.#app.file,
      uptime: Math.round((performance.now() - this.#startedAt) / 1000),
      running,
      queued,
      converting: this.#threads.jobs,
      queueLimit: this.#config.queueLimit,
      restarts: pool.restarts,
      workers: workerStatuses(pool),
    };
  }

  #refused(error: PenstockError): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log.info({ event: 'refused', code: error.code }, `A request was refused: ${error.message}`);
  }
}
