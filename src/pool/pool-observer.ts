import type { LoadFailure, Manifest } from '../app/manifest.js';
import type { Interrupt } from './interrupt.js';
import type { RFailure } from './r-failure.js';
import type { Worker } from './worker.js';
import type { WorkerExit } from './worker-exit.js';
import type { PreloadObserver } from './worker-source.js';

/** Callbacks for events in the pool. */
export interface PoolObserver {
  /** A worker can take work: it is idle, or has room for another unit in its pipe. */
  idle(): void;
  /** Returns the number of requests that wait for a worker. */
  waiting(): number;
  /** Returns how many more workers they could use now. */
  lacking(): number;
  /** A worker is about to be replaced. */
  recycling(worker: Worker, reason: string): void;
  /** There are no workers left, and starting them has failed too often. */
  broken(): void;
  ready(worker: Worker, manifest: Manifest): void;
  loadFailed(worker: Worker, failure: LoadFailure): void;
  dead(worker: Worker, exit: WorkerExit, expected: boolean): void;
  /** See `WorkerOwner`. */
  interrupted(worker: Worker, label: string | undefined, interrupt: Interrupt | undefined): void;
  callbacksLate(worker: Worker, ended: boolean): void;
  failed(worker: Worker, label: string | undefined, failure: RFailure): void;
  output(worker: Worker, stream: 'stdout' | 'stderr', line: string): void;
  /** Required unless `preload` is off. */
  readonly preload?: PreloadObserver;
}
