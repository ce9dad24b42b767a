import { isStopped } from './process-table.js';
import type { Worker } from './worker.js';

/** Interval of checks, in ms. Two in a row must find a worker stopped: a paused gateway resumes with its workers. */
const WORKER_CHECK_INTERVAL_MS = 500;

/**
 * Kills workers that were stopped by a signal (SIGSTOP). Such a worker would hold its requests until their deadlines,
 * and an idle one the next request that it gets. A worker under a debugger is in another state and is left alone.
 */
export class StoppedWorkers {
  readonly #workers: () => Iterable<Worker>;
  readonly #timer: NodeJS.Timeout;
  #suspects = new Set<Worker>();

  constructor(workers: () => Iterable<Worker>) {
    this.#workers = workers;
    this.#timer = setInterval(() => this.#check(), WORKER_CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const stopped = new Set<Worker>();
    for (const worker of this.#workers()) {
      if (worker.pid === undefined || !isStopped(worker.pid)) continue;
      if (this.#suspects.has(worker)) worker.kill('was stopped by a signal and then killed');
      else stopped.add(worker);
    }
    this.#suspects = stopped;
  }
}
