import type { ReloadCause, ReloadRecord } from '../admin/reload-record.js';
import { PenstockError } from '../errors.js';

/** What there is to do. */
export interface ReloadSteps {
  /** Brings the app as it is now into service; fails with what is wrong with it. */
  replace(): Promise<{ readonly number: number; readonly fingerprint: string | undefined }>;
  /** Gives up the one that is being loaded, if there is one: `replace` fails. */
  abandon(): void;
  finished(record: ReloadRecord): void;
}

/** Reloads that are remembered. */
const REMEMBERED = 20;

/**
 * One reload after the other. Whoever asks while one runs shares the next with all others who do: the one that runs may
 * have read the files already.
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

  /** The last ones, the newest at the end. */
  get history(): readonly ReloadRecord[] {
    return this.#history;
  }

  /** Resolves with how it went, whatever that is. */
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
    if (this.#history.length > REMEMBERED) this.#history.shift();
    this.#steps.finished(record);
    return record;
  }
}
