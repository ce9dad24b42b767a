import type { Worker } from './worker.js';

/** A worker that has lived for this long after it was ready works, even if it has had no request, in ms. */
const PROVING_MS = 2000;

/**
 * Workers that have not shown yet that they work: they load the app, or were ready only just and have answered nothing. If
 * one of them ends by itself, its start has failed.
 */
export class Trials {
  readonly #timers = new Map<Worker, NodeJS.Timeout>();
  readonly #passed: () => void;

  /** @param passed called for each worker that works */
  constructor(passed: () => void) {
    this.#passed = passed;
  }

  /** @param late called if the app is not loaded after `timeout` ms */
  begin(worker: Worker, timeout: number, late: () => void): void {
    this.#timers.set(worker, setTimeout(late, timeout));
  }

  ready(worker: Worker): void {
    clearTimeout(this.#timers.get(worker));
    this.#timers.set(worker, setTimeout(() => this.answered(worker), PROVING_MS).unref());
  }

  answered(worker: Worker): void {
    if (this.end(worker)) this.#passed();
  }

  /** The worker has ended. Returns whether it had not shown that it works. */
  end(worker: Worker): boolean {
    clearTimeout(this.#timers.get(worker));
    return this.#timers.delete(worker);
  }
}
