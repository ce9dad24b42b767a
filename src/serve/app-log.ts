import { type DirectRoute, describeLoadFailure, type Hazard, type LoadFailure } from '../app/manifest.js';
import type { Logger } from '../observe/log.js';
import type { Interrupt } from '../pool/interrupt.js';
import type { RFailure } from '../pool/r-failure.js';
import type { StartJourney } from '../pool/start-journey.js';
import type { Worker } from '../pool/worker.js';
import { describeExit, type WorkerExit } from '../pool/worker-exit.js';

/** What the log says of an app and of its workers. */
export class AppLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  workerReady({ id, journey, pid }: Worker): void {
    const { elapsed, steps } = journey;
    this.#log.info(
      { event: 'worker-ready', worker: id, pid, journey: steps },
      `Worker ${id} ready after ${elapsed} ms`,
    );
  }

  workerEnded({ id, journey, pid }: Worker, exit: WorkerExit, expected: boolean): void {
    const details = { event: 'worker-exit', worker: id, pid, ...exit };
    if (expected) {
      this.#log.info(details, `Worker ${id} ended`);
    } else if (journey.done) {
      this.#log.warn(details, `Worker ${id} ${describeExit(exit)}`);
    } else {
      const where = `while it started${journey.describe()}`;
      this.#log.warn({ ...details, journey: journey.steps }, `Worker ${id} ${describeExit(exit)} ${where}`);
    }
  }

  /** R has failed for a request; plumber's own error handler prints the message, but not how R came there. */
  failed({ id }: Worker, requestId: string | undefined, { call, calls, message }: RFailure): void {
    const [summary] = message.split('\n');
    const where = calls.length === 0 ? '' : ` in ${calls.join(' > ')}`;
    this.#log.warn(
      { event: 'r-error', worker: id, requestId, message, call, calls },
      `R failed${where}: ${summary}`,
    );
  }

  output({ id, unit }: Worker, stream: 'stdout' | 'stderr', line: string): void {
    this.#log.info({ event: 'output', worker: id, stream, requestId: unit?.label }, line);
  }

  loadFailed(worker: Worker | undefined, failure: LoadFailure): void {
    const text = describeLoadFailure(failure);
    const details = { event: 'load-failed', worker: worker?.id, ...failure };
    this.#log.error(details, `The app could not be loaded: ${text}`);
  }

  /** The app is loaded, and workers are forked from the process that has loaded it. */
  preloaded(pid: number | undefined, { elapsed, steps }: StartJourney, risks: readonly string[]): void {
    const details = { event: 'preloaded', pid, journey: steps };
    this.#log.info(details, `App loaded after ${elapsed} ms: workers are forked from process ${pid}`);
    if (risks.length > 0) {
      this.#log.warn(
        { event: 'fork-risk', risks },
        `Forked as told (--preload on), though ${risks.join('; ')}`,
      );
    }
  }

  /** Each worker loads the app by itself. */
  notPreloaded(reasons: readonly string[]): void {
    this.#log.info(
      { event: 'not-preloaded', reasons },
      `Each worker loads the app itself: ${reasons.join('; ')}`,
    );
  }

  preloaderEnded(pid: number | undefined, journey: StartJourney, exit: WorkerExit): void {
    const details = { event: 'preloader-exit', pid, ...exit, journey: journey.steps };
    const where =
      journey.last === 'loaded' ? ': another one is started' : ` while it started${journey.describe()}`;
    this.#log.warn(details, `The process to fork workers from ${describeExit(exit)}${where}`);
  }

  preloadOutput(stream: 'stdout' | 'stderr', line: string): void {
    this.#log.info({ event: 'output', stream }, line);
  }

  /** A worker that has served long, or has grown, makes place for a new one. */
  recycling({ id, pid }: Worker, reason: string): void {
    this.#log.info({ event: 'recycling', worker: id, pid, reason }, `Worker ${id} is replaced: ${reason}`);
  }

  broken(): void {
    this.#log.error({ event: 'broken' }, 'No worker can be started: requests are refused until one can');
  }

  routesDiffer(): void {
    this.#log.warn(
      { event: 'routes-differ' },
      'The app has other routes in each worker: every request takes the plumber lane',
    );
  }

  /** What was thrown away of R's work, and where R was; or that R does not stop. */
  interrupted(worker: Worker, requestId: string | undefined, interrupt: Interrupt | undefined): void {
    const details = { event: 'interrupted', worker: worker.id, requestId };
    if (interrupt === undefined) {
      this.#log.warn(details, `Worker ${worker.id} has not come back from an interrupt, and is killed`);
      return;
    }
    const { calls, ms } = interrupt;
    const where = calls.length === 0 ? '' : ` in ${calls.join(' > ')}`;
    this.#log.warn({ ...details, rMs: ms, calls }, `R was interrupted after ${Math.round(ms)} ms${where}`);
  }

  /** A route is not batched any more, since its handler turned out not to be vectorised. */
  notBatched({ path, verbs }: DirectRoute, reason: string): void {
    this.#log.warn(
      { event: 'not-batched', path, reason },
      `${verbs.join(',')} ${path} is not batched any more, in spite of its @batch: ${reason}`,
    );
  }

  /** The answer to a batch could not be split, so its requests run one by one. A bug, ours or the serializer's. */
  batchFailed(error: unknown): void {
    this.#log.error({ event: 'batch-failed', err: error }, 'The answer to a batch could not be split');
  }

  /** Routes that ask to be batched and can't be. */
  unbatched(routes: readonly DirectRoute[]): void {
    for (const { batch, path, verbs } of routes) {
      if (batch?.obstacle === undefined) continue;
      const { obstacle } = batch;
      this.#log.warn(
        { event: 'not-batched', path, obstacle },
        `${verbs.join(',')} ${path} is not batched, in spite of its @batch: ${obstacle}`,
      );
    }
  }

  /** What several workers break. */
  hazards(hazards: readonly Hazard[]): void {
    for (const hazard of hazards) {
      if (hazard.severity !== 'warning') continue;
      const { advice, file, line, message } = hazard;
      this.#log.warn({ event: 'hazard', ...hazard }, `${file}:${line}: ${message} ${advice}`);
    }
  }
}
