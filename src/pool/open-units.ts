import type { Frame } from '../protocol/frame.js';
import type { UnitWorker, WorkUnit } from './work-unit.js';
import type { WorkerExit } from './worker-exit.js';

/** How much a worker may have open, and how long callbacks may run. */
export interface OpenLimits {
  /** Maximum number of units that wait for a promise in one worker. */
  readonly maxOpen: number;
  /** How long callbacks of timers and promises may run in one go, in ms. Then R is interrupted. */
  readonly callbackTimeout: number;
  /** How long R may take to return from an interrupt, in ms. */
  readonly interruptGrace: number;
}

/** The units of a worker that wait for a promise. R sends exactly one answer for each, even for an abandoned one. */
export class OpenUnits {
  readonly #units = new Map<number, WorkUnit>();

  get size(): number {
    return this.#units.size;
  }

  has(id: number): boolean {
    return this.#units.has(id);
  }

  add(unit: WorkUnit): void {
    this.#units.set(unit.id, unit);
    unit.opened();
  }

  /** R's answer to the unit with this id has arrived. */
  finish(frame: Frame): void {
    const unit = this.#units.get(frame.id)!;
    this.#units.delete(frame.id);
    unit.finished(frame);
  }

  /** The worker has ended. */
  lost(worker: UnitWorker, exit: WorkerExit): void {
    const units = [...this.#units.values()];
    this.#units.clear();
    for (const unit of units) unit.lost(worker, exit, true);
  }
}
