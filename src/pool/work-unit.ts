import type { Frame, FrameType } from '../protocol/frame.js';
import type { WorkerExit } from './worker-exit.js';

/** The worker that has a unit. */
export interface UnitWorker {
  readonly id: number;
  /** Interrupts what it runs, and kills it if R has not come back after `graceMs`. */
  interrupt(graceMs: number): void;
}

/** A piece of work for a worker: one frame out, one frame back. */
export interface WorkUnit {
  /** Id of the frame; the worker's answer carries it back. */
  readonly id: number;
  /** Names it in the log. */
  readonly label: string;
  /** The address that was requested, with its query. */
  readonly url: string;
  /** Requests that it answers. */
  readonly size: number;
  /** `performance.now()` when R got it; undefined before that. */
  readonly startedAt: number | undefined;
  readonly type: FrameType;
  /** The serialized R value, in pieces. */
  payload(): readonly Buffer[];
  /** How long R will take, in ms; Infinity if nothing may wait behind it. */
  readonly expected: number;
  /** It is in the worker's pipe, but R has something to finish first. It may still come back. */
  handed(worker: UnitWorker): void;
  /** R has it: from now on it may have run. */
  started(worker: UnitWorker): void;
  /** R has printed something while it ran. */
  printed(): void;
  /** R is done with it, after so many ms. Called before its worker gets other work. */
  left(rTime: number): void;
  /** R's answer. Called after its worker has got other work. */
  finished(frame: Frame): void;
  /** The worker ended before it answered. `begun` is false if R is certain not to have begun with it. */
  lost(worker: UnitWorker, exit: WorkerExit, begun: boolean): void;
  /** R has not come to it, and will not: it has not run. */
  returned(): void;
}
