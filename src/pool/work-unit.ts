import type { Frame, FrameType } from '../protocol/frame.js';
import type { WorkerExit } from './worker-exit.js';

/** The worker that a unit was given to. */
export interface UnitWorker {
  readonly id: number;
  /** Interrupts the unit that runs, and kills the worker if R has not returned after `graceMs`. */
  interrupt(graceMs: number): void;
  /** The answer of an open unit is no longer needed. Nothing else in the worker is affected. */
  abandon(unit: { readonly id: number }): void;
  /** Asks R for the next elements of a stream. */
  pull(unit: { readonly id: number }): void;
}

/** A unit of work for a worker: one frame out, one frame back, or several for a stream. */
export interface WorkUnit {
  /** Id of the frame. The worker's answer has the same id. */
  readonly id: number;
  /** Names it in the log. */
  readonly label: string;
  /** The requested URL, with its query. */
  readonly url: string;
  /** Number of requests that it answers. */
  readonly size: number;
  /** `performance.now()` when R got the unit; undefined before that. */
  readonly startedAt: number | undefined;
  readonly type: FrameType;
  /** The serialized R value, in pieces. */
  payload(): readonly Buffer[];
  /** How long R will probably take, in ms; Infinity if nothing may wait behind it. */
  readonly expected: number;
  /** The unit is in the worker's pipe, behind another one. It may still be returned. */
  handed(worker: UnitWorker): void;
  /** R has the unit. From now on it may have run. */
  started(worker: UnitWorker): void;
  /** R has printed something while it ran the unit. */
  printed(): void;
  /** R is done with the unit, after `rTime` ms. Called before its worker gets other work. `cut`: an interrupt ended it. */
  left(rTime: number, cut: boolean): void;
  /** R waits for a promise of the unit, and its worker can run other units. `left` has been called; `finished` follows. */
  opened(): void;
  /** Its answer is a stream, whose head this is. It is open: its elements and `finished` follow. */
  streamed(head: Frame): void;
  /** An element of its stream. */
  element(frame: Frame): void;
  /** Its worker is to stop: a stream that goes on for longer than `ms` must end. */
  endStream(ms: number): void;
  /** R's answer has arrived, or its stream has ended. Called after its worker has got other work. */
  finished(frame: Frame): void;
  /** The worker ended before it answered. `begun` is false only if R certainly did not start the unit. */
  lost(worker: UnitWorker, exit: WorkerExit, begun: boolean): void;
  /** R did not start the unit and never will. */
  returned(): void;
}
