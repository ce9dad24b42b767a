import type { ReloadCause, ReloadRecord } from '../admin/reload-record.js';
import { PenstockError } from '../errors.js';

/** The steps of a reload. */
export interface ReloadSteps {
  /** Loads the current files of the app and starts serving them. Fails if they do not load. */
  replace(): Promise<{ readonly number: number; readonly fingerprint: string | undefined }>;
  /** Stops the load in progress, so that `replace` fails. */
  abandon(): void;
  finished(record: ReloadRecord): void;
}

const MAX_HISTORY = 20;

/**
 * Runs one reload at a time. Requests during a reload share the next one, since the current one may already have read the
 * files.
 */
export class Reloads {
  readonly #steps: ReloadSteps;
  readonly #history: ReloadRecord[] = [];
  #running: Promise<ReloadRecord> | undefined;
  #next: Promise<ReloadRecord> | undefined;
  #superseded = false;

  constructor(steps: ReloadSteps) {
    this.#steps = steps;
  }

  /** The last reloads, oldest first. */
  get history(): readonly ReloadRecord[] {
    return this.#history;
  }

  /** Resolves when the reload has ended, even if it failed. */
  request(by: ReloadCause): Promise<ReloadRecord> {
    if (this.#running === undefined) return this.#start(by);
    if (by === 'change') {
      this.#superseded = true;
      this.#steps.abandon();
    }
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#start(by);
    });
    return this.#next;
  }

  #start(by: ReloadCause): Promise<ReloadRecord> {
    this.#superseded = false;
    this.#running = this.#run(by).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(by: ReloadCause): Promise<ReloadRecord> {
    const at = new Date().toISOString();
    const startedAt = performance.now();
    const took = () => Math.round(performance.now() - startedAt);
    let record: ReloadRecord;
    try {
      const { fingerprint, number } = await this.#steps.replace();
      record = { at, by, outcome: 'reloaded', took: took(), appVersion: number, fingerprint };
    } catch (error) {
      const message = error instanceof PenstockError ? (error.detail ?? error.message) : String(error);
      const outcome = this.#superseded ? 'superseded' : 'failed';
      record = { at, by, outcome, took: took(), message };
    }
    this.#history.push(record);
    if (this.#history.length > MAX_HISTORY) this.#history.shift();
    this.#steps.finished(record);
    return record;
  }
}
