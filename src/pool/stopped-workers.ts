import { isStopped } from './process-table.js';
import type { Worker } from './worker.js';

/** Milliseconds between looks. Two in a row decide: whoever stops the gateway along with its workers lets all go on. */
const LOOK_EVERY = 500;

/**
 * Ends workers that somebody has stopped (SIGSTOP): they would keep what they were given until its deadline, and an
 * idle one what it is given next. One under a debugger is in another state, and is left alone.
 */
export class StoppedWorkers {
  readonly #workers: () => Iterable<Worker>;
  readonly #timer: NodeJS.Timeout;
  #suspects = new Set<Worker>();

  constructor(workers: () => Iterable<Worker>) {
    this.#workers = workers;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const stopped = new Set<Worker>();
    for (const worker of this.#workers()) {
      if (worker.pid === undefined || !isStopped(worker.pid)) continue;
      if (this.#suspects.has(worker)) worker.kill('was stopped by a signal, and killed');
      else stopped.add(worker);
    }
    this.#suspects = stopped;
  }
}
