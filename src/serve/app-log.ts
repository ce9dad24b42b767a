import {
  type DirectRoute,
  describeLoadFailure,
  type Hazard,
  type LoadFailure,
  type Manifest,
  ownRoutes,
} from '../app/manifest.js';
import type { BatchReports } from '../dispatch/batch-policy.js';
import type { Logger } from '../observe/log.js';
import type { Interrupt } from '../pool/interrupt.js';
import type { RFailure } from '../pool/r-failure.js';
import type { StartJourney } from '../pool/start-journey.js';
import type { Worker } from '../pool/worker.js';
import { describeExit, type WorkerExit } from '../pool/worker-exit.js';

/** Writes the log entries about an app and its workers. */
export class AppLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  workerReady({ id, journey, pid }: Worker): void {
    const { elapsed, steps } = journey;
    this.#log.info(
      { event: 'worker-ready', worker: id, pid, journey: steps },
      `Worker ${id} is ready after ${elapsed} ms`,
    );
  }

  workerEnded({ id, journey, pid }: Worker, exit: WorkerExit, expected: boolean): void {
    const details = { event: 'worker-exit', worker: id, pid, ...exit };
    if (expected) {
      this.#log.info(details, `Worker ${id} stopped`);
    } else if (journey.done) {
      this.#log.warn(details, `Worker ${id} ${describeExit(exit)}`);
    } else if (exit.errno !== undefined) {
      this.#log.warn(details, `Worker ${id} ${describeExit(exit)}`);
    } else {
      const where = `while it started${journey.describe()}`;
      this.#log.warn({ ...details, journey: journey.steps }, `Worker ${id} ${describeExit(exit)} ${where}`);
    }
  }

  /** R failed for a request. plumber's own error handler prints the message, but not the calls. */
  failed(
    { id }: Worker,
    requestId: string | undefined,
    { call, calls, file, line, message }: RFailure,
  ): void {
    const [summary] = message.split('\n');
    const where = calls.length === 0 ? '' : ` in ${calls.join(' > ')}`;
    const place = file === undefined ? '' : ` at ${file}:${line}`;
    this.#log.warn(
      { event: 'r-error', worker: id, requestId, message, call, calls, file, line },
      `R failed${place}${where}: ${summary}`,
    );
  }

  output({ id, unit }: Worker, stream: 'stdout' | 'stderr', line: string): void {
    this.#log.info({ event: 'output', worker: id, stream, requestId: unit?.label }, line);
  }

  loadFailed(worker: Worker | undefined, failure: LoadFailure): void {
    const text = describeLoadFailure(failure);
    const { call, file, line, message } = failure;
    const details = { event: 'load-failed', worker: worker?.id, message, call, file, line };
    this.#log.error(details, `The app could not be loaded: ${text}`);
  }

  /** The preload process has loaded the app, and workers are forked from it. */
  preloaded(pid: number | undefined, { elapsed, steps }: StartJourney, risks: readonly string[]): void {
    const details = { event: 'preloaded', pid, journey: steps };
    this.#log.info(details, `App loaded after ${elapsed} ms: workers are forked from process ${pid}`);
    if (risks.length > 0) {
      this.#log.warn(
        { event: 'fork-risk', risks },
        `Workers are forked because of --preload on, despite these risks: ${risks.join('; ')}`,
      );
    }
  }

  notPreloaded(reasons: readonly string[]): void {
    this.#log.info(
      { event: 'not-preloaded', reasons },
      `Each worker loads the app itself: ${reasons.join('; ')}`,
    );
  }

  preloaderEnded(pid: number | undefined, journey: StartJourney, exit: WorkerExit): void {
    const details = { event: 'preloader-exit', pid, ...exit, journey: journey.steps };
    const where =
      exit.errno !== undefined
        ? ''
        : journey.last === 'loaded'
          ? ': starting another one'
          : ` while it started${journey.describe()}`;
    this.#log.warn(details, `The preload process ${describeExit(exit)}${where}`);
  }

  preloadOutput(stream: 'stdout' | 'stderr', line: string): void {
    this.#log.info({ event: 'output', stream }, line);
  }

  recycling({ id, pid }: Worker, reason: string): void {
    this.#log.info({ event: 'recycling', worker: id, pid, reason }, `Replacing worker ${id}: ${reason}`);
  }

  broken(): void {
    this.#log.error({ event: 'broken' }, 'No worker starts. Requests are rejected until one does.');
  }

  routesDiffer(): void {
    this.#log.warn(
      { event: 'routes-differ' },
      'The routes of the app differ between workers. All requests take the plumber lane.',
    );
  }

  /** @param interrupt what R was doing; undefined if R did not react */
  interrupted(worker: Worker, requestId: string | undefined, interrupt: Interrupt | undefined): void {
    const details = { event: 'interrupted', worker: worker.id, requestId };
    if (interrupt === undefined) {
      this.#log.warn(details, `Killing worker ${worker.id}: it did not react to an interrupt`);
      return;
    }
    const { calls, ms } = interrupt;
    const where = calls.length === 0 ? '' : ` in ${calls.join(' > ')}`;
    this.#log.warn({ ...details, rMs: ms, calls }, `R was interrupted after ${Math.round(ms)} ms${where}`);
  }

  callbacksLate({ id }: Worker, ended: boolean): void {
    const what = 'callbacks, or an element of a stream, that ran for longer than a request may (--timeout)';
    this.#log.warn(
      { event: 'callbacks-interrupted', worker: id, ended },
      ended ? `Interrupted ${what}` : `Killing worker ${id}: an interrupt did not end ${what}`,
    );
  }

  /** Logs what the trials of a route with @batch have shown. */
  batchReports({ path, verbs }: DirectRoute): BatchReports {
    const route = `${verbs.join(',')} ${path}`;
    return {
      batched: () => this.#log.info({ event: 'batched', path }, `${route} is batched from now on`),
      notBatched: (reason) =>
        this.#log.warn(
          { event: 'not-batched', path, reason },
          `${route} is not batched despite its @batch: ${reason}`,
        ),
    };
  }

  /** The answer to a batch could not be split, so its requests run one by one. A bug, ours or the serializer's. */
  batchFailed(error: unknown): void {
    this.#log.error({ event: 'batch-failed', err: error }, 'The answer to a batch could not be split');
  }

  /** Warns of code in the app that does not suit how it is served. */
  concerns(manifest: Manifest, workers: number): void {
    if (manifest.direct !== undefined && ownRoutes(manifest).length === 0) this.#noRoutes();
    if (workers > 1) this.#hazards(manifest.hazards);
    this.#unbatched(manifest.direct?.routes ?? []);
  }

  #noRoutes(): void {
    this.#log.warn(
      { event: 'no-routes' },
      'The app has no routes, so every request gets 404. Annotate a function, for example with `#* @get /hello`.',
    );
  }

  /** Warns of routes with @batch that cannot be batched. */
  #unbatched(routes: readonly DirectRoute[]): void {
    for (const { batch, path, verbs } of routes) {
      if (batch?.obstacle === undefined) continue;
      const { obstacle } = batch;
      this.#log.warn(
        { event: 'not-batched', path, obstacle },
        `${verbs.join(',')} ${path} is not batched despite its @batch: ${obstacle}`,
      );
    }
  }

  /** Warns of code that breaks with several workers. */
  #hazards(hazards: readonly Hazard[]): void {
    for (const hazard of hazards) {
      if (hazard.severity !== 'warning') continue;
      const { advice, file, line, message } = hazard;
      this.#log.warn({ event: 'hazard', ...hazard }, `${file}:${line}: ${message} ${advice}`);
    }
  }
}
