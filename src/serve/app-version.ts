import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type DirectRoute,
  describeLoadFailure,
  hasDocs,
  type LoadFailure,
  type Manifest,
} from '../app/manifest.js';
import { availableCpus } from '../config/cpus.js';
import type { Config } from '../config/load.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { PenstockError } from '../errors.js';
import type { OpenRequest } from '../http/public-server.js';
import { headOf } from '../http/upgrades.js';
import { AppLanes } from '../lanes/app-lanes.js';
import { AppRoutes } from '../lanes/app-routes.js';
import { ResponseCache } from '../lanes/cache/response-cache.js';
import { DirectLane } from '../lanes/direct/direct-lane.js';
import { docsPages } from '../lanes/docs/docs-files.js';
import { Exchange } from '../lanes/exchange.js';
import type { ExchangeContext } from '../lanes/exchange-context.js';
import { HttpuvLane } from '../lanes/httpuv/httpuv-lane.js';
import type { Lane } from '../lanes/lane.js';
import { PlumberLane } from '../lanes/plumber/plumber-lane.js';
import type { RoutePaths } from '../lanes/route-paths.js';
import { SocketExchange } from '../lanes/sockets/socket-exchange.js';
import { ModelApp } from '../models/model-app.js';
import { ModelLane } from '../models/model-lane.js';
import { startFailure } from '../pool/load-once.js';
import { Pool } from '../pool/pool.js';
import type { PoolObserver } from '../pool/pool-observer.js';
import { AppLog } from './app-log.js';
import { AppSockets } from './app-sockets.js';
import { fingerprint } from './fingerprint.js';
import { Plans } from './plans.js';
import { poolOptions } from './pool-options.js';
import { ReportedRoutes } from './reported-routes.js';
import type { VersionSetting } from './version-setting.js';
import { reasonsNotToFork } from './worker-life.js';

/** Interval between checks whether the last work is done, in ms. */
const DRAIN_CHECK_INTERVAL_MS = 50;

/** Paths of actions on saved models. There are only a few per model, so each can be a route of its own. */
const MODEL_ACTION = /\/(predict|infer|metadata|prototype)$/;

/** One loaded version of the app: its workers, its queue and its lanes. */
export class AppVersion {
  /** Number of the version in this gateway, from 1. */
  readonly number: number;
  /** Fingerprint of the files that the app read while loading; undefined until it is known. */
  fingerprint: string | undefined;
  manifest: Manifest | undefined;
  readonly #config: Config;
  readonly #log: AppLog;
  readonly #setting: VersionSetting;
  readonly #pool: Pool;
  readonly #preload: Config['preload'];
  /** Why each worker loads the app itself. Empty if workers are forked, or `preload` is off. */
  notForked: readonly string[];
  readonly #dispatcher: Dispatcher;
  readonly sockets: AppSockets;
  /** Set once the app is loaded. */
  #exchanges: ExchangeContext | undefined;
  #lanes: AppLanes | undefined;
  #appRoutes: AppRoutes | undefined;
  /** Set if the app consists of saved models. */
  readonly models: ModelApp | undefined;
  readonly #plans = new Plans();
  readonly #reported = new ReportedRoutes();
  /** Number of workers that must become ready before the app counts as loaded. */
  #wanted = 1;
  /** Resolves with the manifest when the first workers are ready, or with the reason why the app does not load. */
  #loaded!: (result: Manifest | PenstockError) => void;
  readonly #load = new Promise<Manifest | PenstockError>((resolve) => {
    this.#loaded = resolve;
  });
  /** Number of requests that have entered and may still need R. */
  #inside = 0;
  #emptied: (() => void) | undefined;
  /** The version that takes the requests now. */
  #successor: AppVersion | undefined;
  readonly #ending = new AbortController();
  #stopped: Promise<void> | undefined;
  #failure: LoadFailure | undefined;

  constructor(number: number, setting: VersionSetting) {
    const { app, config, log, metrics } = setting;
    const cpus = availableCpus();
    this.number = number;
    this.#setting = setting;
    this.#config = config;
    this.#log = new AppLog(log);
    this.notForked = reasonsNotToFork(config);
    this.#preload = this.notForked.length === 0 ? config.preload : 'off';
    this.models = app.kind === 'model' ? new ModelApp(app, config, log, () => this.ready) : undefined;
    const command = this.models?.command;
    this.#pool = new Pool(poolOptions(setting, { command, cpus, preload: this.#preload }), this.#observer);
    this.sockets = new AppSockets(this.#pool, setting);
    this.#dispatcher = new Dispatcher(this.#pool, {
      ...config,
      cores: cpus,
      batchComputed: (requests, items, ms) => {
        metrics.batchRequests.observe(requests);
        metrics.batchItems.observe(items);
        metrics.itemTime.observe(ms / 1000 / items);
      },
      batchSplit: (ms) => metrics.serialization.observe(ms / 1000),
      batchFailed: (error) => this.#log.batchFailed(error),
    });
  }

  get pool(): Pool {
    return this.#pool;
  }

  /** Whether a worker can answer, now or when it becomes idle. */
  get ready(): boolean {
    return !this.#setting.draining() && this.#pool.healthy > 0;
  }

  /** The response cache; undefined if no route uses it. */
  get cache(): ResponseCache | undefined {
    return this.#exchanges?.cache;
  }

  /** The paths of the routes that its workers run. */
  get paths(): RoutePaths {
    return this.models?.server ?? this.#reported.paths;
  }

  /** Number of requests that R has not begun. */
  get queued(): number {
    return this.#dispatcher.waiting;
  }

  get running(): number {
    return this.#dispatcher.running;
  }

  /** Number of requests that wait for a promise in R. */
  get openRequests(): number {
    return this.#dispatcher.open;
  }

  /** Workers that its requests could use. */
  get demand(): number {
    return this.#dispatcher.demand;
  }

  /** How long the request that has waited longest has waited, and how long a new one is expected to, in ms. */
  get waits(): { longest: number; expected: number } {
    return { longest: this.#dispatcher.longestWait, expected: this.#dispatcher.expectedWait };
  }

  /**
   * Loads the app. Fails with `app_load_failed` and R's message if one of the first `workers` workers can't load it.
   * Afterwards, requests can be handled.
   */
  async load(workers: number): Promise<Manifest> {
    this.#wanted = workers;
    if (this.notForked.length > 0) this.#log.notPreloaded(this.notForked);
    await this.#pool.start();
    const result = await this.#load;
    if (result instanceof PenstockError) throw result;
    this.manifest = result;
    const lane = await this.#openLane(result);
    const { cacheLimit } = this.#config;
    const keeps = this.#appRoutes?.keepsResponses === true && cacheLimit > 0;
    this.#exchanges = {
      dispatcher: this.#dispatcher,
      lane: this.#setting.around(lane),
      cache: keeps ? new ResponseCache(cacheLimit) : undefined,
      bodies: this.#setting.bodies,
      options: this.#config,
      enter: () => this.#enter().#exchanges!,
      admits: (request) => this.#setting.admits(request, this.paths),
      leave: () => this.#leave(),
      serialized: (ms) => this.#setting.metrics.serialization.observe(ms / 1000),
      finished: (record) => this.#setting.finished(record),
    };
    return result;
  }

  async #openLane(manifest: Manifest): Promise<Lane> {
    const { models } = this;
    if (models !== undefined) {
      await models.start(manifest, this.#dispatcher);
      return new ModelLane(() => models.server, this.#setting.threads);
    }
    if (manifest.framework !== undefined) return new HttpuvLane(manifest.staticPaths);
    return this.#openLanes(manifest);
  }

  #openLanes(manifest: Manifest): Lane {
    const { direct: plan, plan: planName } = manifest;
    const { docs, formJson, lane, responseLimit } = this.#config;
    const { threads } = this.#setting;
    const reports = (route: DirectRoute) => this.#log.batchReports(route);
    const routes = plan === undefined ? undefined : new AppRoutes(plan, reports);
    const takesDirect = lane === 'auto' && !this.#plans.differ;
    const direct =
      plan === undefined || routes === undefined || !takesDirect
        ? undefined
        : new DirectLane({ plan, planName: planName!, routes, threads, responseLimit });
    this.#appRoutes = routes;
    this.#lanes = new AppLanes({
      plumber: new PlumberLane(routes),
      direct,
      routes,
      docs: docs === 'penstock' && hasDocs(manifest) ? docsPages() : undefined,
      threads,
      formJson,
    });
    return this.#lanes;
  }

  /** The files that the app has read while it was loaded, or while that failed; undefined if they are not known. */
  get files(): readonly string[] | undefined {
    return (this.manifest ?? this.#failure)?.files;
  }

  /** Computes the fingerprint of the app's files. Fails if the version is stopped meanwhile. */
  async identify(): Promise<void> {
    const { app } = this.#setting;
    const files = app.entry === 'model' ? [app.file] : (this.files ?? []);
    this.fingerprint = await fingerprint(files, app.directory, this.#ending.signal);
  }

  /** Logs warnings about code in the app that does not suit how it is served. */
  warn(): void {
    this.#log.concerns(this.manifest!, this.#config.workers.max);
    if (this.manifest!.framework === undefined) this.#setting.checkRules(this.paths);
  }

  /** The path template of the endpoint that serves a path; undefined if unknown. */
  routeOf(method: string, path: string): string | undefined {
    if (this.models !== undefined) return MODEL_ACTION.test(path) ? path : undefined;
    const index = this.#appRoutes?.indexOf(method, path) ?? 0;
    return index === 0 ? undefined : this.manifest?.routes.find(({ direct }) => direct === index)?.path;
  }

  /** Creates the exchange for a request. */
  open(request: IncomingMessage, response: ServerResponse): OpenRequest {
    if (headOf(request) !== undefined) return new SocketExchange(request, response, this.sockets);
    return new Exchange(request, response, this.#exchanges!);
  }

  /** A newer version takes over: finishes the requests that have entered, then stops the workers. */
  async retire(successor: AppVersion): Promise<void> {
    this.#successor = successor;
    this.#pool.endStreams();
    if (this.#inside > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
    }
    // Work may be left whose requests have ended.
    while (this.#stopped === undefined && this.queued + this.running + this.openRequests > 0) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_INTERVAL_MS));
    }
    await this.sockets.drain('The server has reloaded the app');
    await this.stop();
  }

  /** Stops the workers, which run the app's exit hooks, within `grace` ms; by default within the shutdown timeout. */
  stop(grace?: number): Promise<void> {
    this.#stopped ??= this.#end(grace);
    return this.#stopped;
  }

  async #end(grace: number | undefined): Promise<void> {
    const givenUp = new PenstockError('app_load_failed', 'It was given up before it was loaded.');
    this.#ending.abort(givenUp);
    this.#loaded(givenUp);
    await this.#pool.stop(grace);
    this.models?.close();
  }

  readonly #observer: PoolObserver = {
    idle: () => this.#dispatcher.workerIdle(),
    waiting: () => this.#dispatcher.queued,
    lacking: () => this.#dispatcher.lackedWorkers,
    recycling: (worker, reason) => this.#log.recycling(worker, reason),
    broken: () => {
      this.#log.broken();
      this.#dispatcher.rejectAll();
    },
    ready: (worker, manifest) => {
      if (this.#plans.add(manifest)) {
        this.#lanes?.leaveDirectLane();
        this.#log.routesDiffer();
      }
      this.#reported.add(manifest);
      this.#log.workerReady(worker);
      this.#wanted -= 1;
      if (this.#wanted === 0) this.#loaded(manifest);
    },
    loadFailed: (worker, failure) => {
      this.#log.loadFailed(worker, failure);
      this.#fail(failure);
    },
    dead: (worker, exit, expected) => {
      this.#setting.metrics.workerExits.inc({ reason: expected ? 'expected' : 'unexpected' });
      this.#log.workerEnded(worker, exit, expected);
      if (!expected && !worker.journey.done) this.#loaded(startFailure(worker.journey, exit));
    },
    interrupted: (worker, label, interrupt) => this.#log.interrupted(worker, label, interrupt),
    callbacksLate: (worker, ended) => this.#log.callbacksLate(worker, ended),
    failed: (worker, requestId, failure) => {
      this.#log.failed(worker, requestId, failure);
      this.#setting.failed({ requestId, worker: worker.id, ...failure });
    },
    output: (worker, stream, line) => this.#log.output(worker, stream, line),
    preload: {
      preloaded: (pid, journey, risks) => this.#log.preloaded(pid, journey, risks),
      notPreloaded: (reasons) => {
        this.notForked = reasons;
        this.#log.notPreloaded(reasons);
      },
      loadFailed: (failure) => {
        this.#log.loadFailed(undefined, failure);
        this.#fail(failure);
      },
      dead: (pid, journey, exit) => {
        this.#log.preloaderEnded(pid, journey, exit);
        if (!journey.steps.some(({ name }) => name === 'loaded')) this.#loaded(startFailure(journey, exit));
      },
      output: (stream, line) => this.#log.preloadOutput(stream, line),
    },
  };

  #fail(failure: LoadFailure): void {
    this.#failure = failure;
    this.#loaded(new PenstockError('app_load_failed', describeLoadFailure(failure)));
  }

  #enter(): AppVersion {
    if (this.#successor !== undefined) return this.#successor.#enter();
    this.#inside += 1;
    return this;
  }

  #leave(): void {
    this.#inside -= 1;
    if (this.#inside === 0) this.#emptied?.();
  }
}
