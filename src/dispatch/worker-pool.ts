import type { UnitWorker, WorkUnit } from '../pool/work-unit.js';

/** A worker, as far as the dispatcher knows it. */
export interface DispatchWorker extends UnitWorker {
  /** Hands over a unit of work. */
  assign(unit: WorkUnit): void;
}

/** The pool, as far as the dispatcher knows it. */
export interface WorkerPool {
  /** Workers that have loaded the app and are not on their way out. */
  readonly healthy: number;
  /** Workers that run something. */
  readonly busy: number;
  /** Workers that can be taken. */
  readonly idle: number;
  /** No worker is there, and starting one has failed too often. */
  readonly broken: boolean;
  /**
   * Takes an idle worker, which must be given work at once.
   *
   * @param plan that it must have loaded; undefined for any
   */
  take(plan: string | undefined): DispatchWorker | undefined;
  /** Takes a busy worker that will come to the unit soon, if it is put into its pipe. */
  takeAhead(unit: WorkUnit, plan: string | undefined): DispatchWorker | undefined;
  /** Work waits and no worker is idle. */
  grow(): void;
  /** Interrupts what a worker runs, ends the worker and starts another in its place. */
  replace(worker: UnitWorker, graceMs: number): void;
}
