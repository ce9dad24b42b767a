import type { LoadFailure, Manifest } from '../app/manifest.js';
import type { Interrupt } from './interrupt.js';
import type { RFailure } from './r-failure.js';
import type { StartJourney } from './start-journey.js';
import type { WorkerExit } from './worker-exit.js';
import type { Launch } from './worker-handle.js';
import type { WorkerListener } from './worker-listener.js';

/** Told what happens to a worker, which is a `W`. */
export interface WorkerOwner<W> {
  ready(worker: W, manifest: Manifest): void;
  /** It can take work: after `ready`, and after each unit. */
  idle(worker: W): void;
  /** Its pipe has emptied so far that more should be put there. */
  room(worker: W): void;
  loadFailed(worker: W, failure: LoadFailure): void;
  /** Its process runs, under this id. */
  running(pid: number): void;
  /** The process has ended; `unfinished` is what it was running. */
  dead(worker: W, exit: WorkerExit): void;
  /** An interrupt has ended what it ran, the unit of that label; undefined: it has not, and the worker is killed. */
  interrupted(worker: W, label: string | undefined, interrupt: Interrupt | undefined): void;
  /** The request of that label has failed in R. */
  failed(worker: W, label: string | undefined, failure: RFailure): void;
  output(worker: W, stream: 'stdout' | 'stderr', line: string): void;
}

/** What a worker starts with. */
export interface WorkerStart {
  /** Where its temporary files go. */
  readonly folder: string;
  /** What its process has gone through already. */
  readonly journey: StartJourney;
  readonly launch: Launch;
  readonly listener: WorkerListener;
}
