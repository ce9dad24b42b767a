import type { UnitWorker, WorkUnit } from '../pool/work-unit.js';

/** A worker, as the dispatcher sees it. */
export interface DispatchWorker extends UnitWorker {
  /** Gives the worker a unit of work. */
  assign(unit: WorkUnit): void;
}

/** The pool, as the dispatcher sees it. */
export interface WorkerPool {
  /** Number of workers that have loaded the app and are not stopping. */
  readonly healthy: number;
  /** Number of workers that run something. */
  readonly busy: number;
  /** Number of idle workers. */
  readonly idle: number;
  /** There are no workers, and starting them has failed too often. */
  readonly broken: boolean;
  /**
   * Takes an idle worker, to which the caller must give work at once.
   *
   * @param plan the plan that the worker must have loaded; undefined for any
   */
  take(plan: string | undefined): DispatchWorker | undefined;
  /** Finds a busy worker that will start the unit soon if it is put into its pipe. */
  takeAhead(unit: WorkUnit, plan: string | undefined): DispatchWorker | undefined;
  /** Takes back a worker that was not given work after all. */
  release(worker: DispatchWorker): void;
  /** Work waits. The pool looks whether another worker would help until none waits. */
  grow(): void;
  /** Interrupts and stops a worker, and starts another in its place. */
  replace(worker: UnitWorker, graceMs: number): void;
}
