import { type Frame, FrameType } from '../protocol/frame.js';
import type { Callbacks } from './callbacks.js';
import { failureFrom, type RFailure } from './r-failure.js';
import type { UnitWorker, WorkUnit } from './work-unit.js';
import type { WorkerExit } from './worker-exit.js';
import type { WorkerLink } from './worker-link.js';

/** How much a worker may have open, and how long callbacks may run. */
export interface OpenLimits {
  /** Maximum number of units that wait for a promise in one worker. */
  readonly maxOpen: number;
  /** How long callbacks of timers and promises may run in one go, in ms. Then R is interrupted. */
  readonly callbackTimeout: number;
  /** How long R may take to return from an interrupt, in ms. */
  readonly interruptGrace: number;
  /** How long streams may go on in a worker that is to stop, in ms. */
  readonly streamDrain: number;
}

/**
 * The units of a worker that wait for a promise, or whose answers are streams. R ends each with exactly one frame, even
 * an abandoned one.
 */
export class OpenUnits {
  readonly #limits: OpenLimits;
  readonly #callbacks: Callbacks;
  readonly #link: () => WorkerLink | undefined;
  readonly #units = new Map<number, WorkUnit>();
  /** `performance.now()` when streams must have ended; undefined as long as their worker stays. */
  #streamsEnd: number | undefined;

  constructor(limits: OpenLimits, callbacks: Callbacks, link: () => WorkerLink | undefined) {
    this.#limits = limits;
    this.#callbacks = callbacks;
    this.#link = link;
  }

  get size(): number {
    return this.#units.size;
  }

  /** Whether the worker can have no more. */
  get full(): boolean {
    return this.#units.size >= this.#limits.maxOpen;
  }

  has(id: number): boolean {
    return this.#units.has(id);
  }

  add(unit: WorkUnit): void {
    this.#units.set(unit.id, unit);
    unit.opened();
  }

  /** The answer of an open unit is a stream, whose head this is. */
  streamed(head: Frame): void {
    const unit = this.#units.get(head.id)!;
    unit.streamed(head);
    if (this.#streamsEnd !== undefined) unit.endStream(Math.max(0, this.#streamsEnd - performance.now()));
  }

  /** Takes an element of a stream. Returns false for any other frame. */
  element(frame: Frame): boolean {
    if (frame.type < FrameType.chunk || frame.type > FrameType.heldChunk) return false;
    if (frame.type === FrameType.heldChunk) this.#callbacks.hold(frame.id);
    else this.#callbacks.progress(frame.id);
    this.#units.get(frame.id)?.element(frame);
    return true;
  }

  /** Asks R for the next elements of a stream. */
  pull(id: number): void {
    if (!this.#units.has(id)) return;
    this.#callbacks.progress(id);
    this.#link()?.send({ type: FrameType.pull, id, payload: [], startBy: 0 }, false);
  }

  /** See `UnitWorker.abandon`. */
  abandon(id: number): void {
    if (!this.#units.has(id)) return;
    this.#link()?.command(FrameType.abandon, id);
    this.#callbacks.abandon(id);
  }

  /** Streams get the drain time, also those that begin later. */
  endStreams(): void {
    const { streamDrain } = this.#limits;
    if (this.#streamsEnd !== undefined) return;
    this.#streamsEnd = performance.now() + streamDrain;
    for (const unit of this.#units.values()) unit.endStream(streamDrain);
  }

  /**
   * R has more for an open unit: its answer, or the head or the end of its stream.
   *
   * @param failed called if an R error has ended its stream
   */
  finish(frame: Frame, failed: (label: string, failure: RFailure) => void): void {
    const unit = this.#units.get(frame.id)!;
    if (frame.type === FrameType.streamed) {
      this.streamed(frame);
      return;
    }
    const failure = frame.type === FrameType.ended ? failureFrom(frame) : undefined;
    if (failure !== undefined) failed(unit.label, failure);
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
