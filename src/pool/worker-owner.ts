import type { LoadFailure, Manifest } from '../app/manifest.js';
import type { Interrupt } from './interrupt.js';
import type { RFailure } from './r-failure.js';
import type { StartJourney } from './start-journey.js';
import type { WorkerExit } from './worker-exit.js';
import type { Launch } from './worker-handle.js';
import type { WorkerListener } from './worker-listener.js';

/** Callbacks for events of a worker of type `W`. */
export interface WorkerOwner<W> {
  ready(worker: W, manifest: Manifest): void;
  /** The worker can take work: after `ready`, and after each unit. */
  idle(worker: W): void;
  /** The idle worker runs callbacks of timers and promises, and can't take work until it is idle again. */
  busy(worker: W): void;
  /** The pipe has room and should get more units. */
  room(worker: W): void;
  loadFailed(worker: W, failure: LoadFailure): void;
  /** The worker's process runs under this id. */
  running(pid: number): void;
  /** The process has ended. */
  dead(worker: W, exit: WorkerExit): void;
  /** An interrupt has ended the unit with this label. `interrupt` is undefined if R did not return and is killed. */
  interrupted(worker: W, label: string | undefined, interrupt: Interrupt | undefined): void;
  /** Callbacks of timers or promises ran for longer than they may. `ended`: whether an interrupt has ended them. */
  callbacksLate(worker: W, ended: boolean): void;
  /** The request with this label has failed in R. */
  failed(worker: W, label: string | undefined, failure: RFailure): void;
  /** R has a message for the WebSockets of the other workers. */
  broadcast(worker: W, payload: Buffer): void;
  output(worker: W, stream: 'stdout' | 'stderr', line: string): void;
}

/** What a worker starts with. */
export interface WorkerStart {
  /** Folder for its temporary files. */
  readonly folder: string;
  /** The steps that its process has completed. */
  readonly journey: StartJourney;
  readonly launch: Launch;
  readonly listener: WorkerListener;
}
