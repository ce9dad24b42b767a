import type { Frame, FrameType } from '../protocol/frame.js';
import type { Worker } from './worker.js';
import type { WorkerExit } from './worker-exit.js';

/** What a worker is given to do: one frame out, one frame back. */
export interface WorkUnit {
  /** Id of the frame; the worker's answer carries it back. */
  readonly id: number;
  /** Names it in the log. */
  readonly label: string;
  /** What it was asked for with, its query included. */
  readonly url: string;
  /** Requests that it answers. */
  readonly size: number;
  /** `performance.now()` when R got it; undefined before that. */
  readonly startedAt: number | undefined;
  readonly type: FrameType;
  /** The serialized R value, in pieces. */
  payload(): readonly Buffer[];
  /** Milliseconds that R is to take; Infinity when nothing may wait behind it. */
  readonly expected: number;
  /** It is in the worker's pipe, but R has something to finish first; it may still come back. */
  handed(worker: Worker): void;
  /** R has it: from now on it may have run. */
  started(worker: Worker): void;
  /** R has printed something while it ran. */
  printed(): void;
  /** R is done with it, after so many milliseconds: told before its worker gets other work. */
  left(rTime: number): void;
  /** R's answer, dealt with after that. */
  finished(frame: Frame): void;
  /** The worker ended before it answered; `begun` is false if R is certain not to have begun with it. */
  lost(worker: Worker, exit: WorkerExit, begun: boolean): void;
  /** R has not come to it, and will not: it has not run. */
  returned(): void;
}
