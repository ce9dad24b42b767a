import { READ_AT_ONCE } from '../protocol/frame.js';
import { ProtocolError } from '../protocol/frame-reader.js';
import type { WorkUnit } from './work-unit.js';

/** Limits for adding a brief request to a worker's pipe: the expected work ahead of it, and the units in the pipe. */
export const LOOK_AHEAD_MS = 2;
const MAX_UNITS_AHEAD = 16;

/** A unit's place in the pipe. Empty after the unit was taken back, until R confirms that it skipped the unit. */
interface Slot {
  readonly id: number;
  unit: WorkUnit | undefined;
  /** Time after which R must not start it, in ms (wall clock); Infinity for a unit that R starts at once, or has. */
  startBy: number;
  readonly expected: number;
  /** Whether R has read the whole frame (for the unit that R runs). */
  read: boolean;
}

/** The units that a worker has not answered: the one that R runs, and those that wait behind it in the connection. */
export class WorkerPipe {
  readonly #slots: Slot[] = [];
  #backlog = 0;

  get length(): number {
    return this.#slots.length;
  }

  /** Expected time for all units, in ms. */
  get backlog(): number {
    return this.#backlog;
  }

  /** The unit that R runs; undefined if there is none, or if it was taken back. */
  get head(): WorkUnit | undefined {
    return this.#slots[0]?.unit;
  }

  /** Whether a unit waits behind the one that R runs. */
  get waits(): boolean {
    return this.#slots.some(({ unit }, at) => at > 0 && unit !== undefined);
  }

  /** Whether R runs a unit now and will probably start this one within `LOOK_AHEAD_MS`. */
  canTake({ expected }: WorkUnit): boolean {
    if (this.head === undefined || this.#slots.length >= MAX_UNITS_AHEAD) return false;
    return expected <= LOOK_AHEAD_MS && this.#backlog <= LOOK_AHEAD_MS;
  }

  /** Not after every answer, unless one unit is left: several frames in one write cost little more than one. */
  get shouldFill(): boolean {
    const few = this.#slots.length <= MAX_UNITS_AHEAD / 2 && this.#backlog <= LOOK_AHEAD_MS / 2;
    return few || this.#slots.length === 1;
  }

  /** Whether R has read the whole frame of the unit that it runs. */
  get isRead(): boolean {
    return this.#slots[0]?.read === true;
  }

  /** R reports that it has read the frame with this id, and runs it. */
  hasRead(id: number): void {
    const slot = this.#slots[0];
    if (slot?.id !== id) return;
    slot.read = true;
    slot.startBy = Infinity;
  }

  /** @param bytes size of the frame's payload */
  push(unit: WorkUnit, startBy: number, bytes: number): void {
    const { expected, id } = unit;
    this.#slots.push({ id, unit, startBy, expected, read: bytes <= READ_AT_ONCE });
    this.#backlog += expected;
  }

  /** Removes the unit that R has answered; undefined if it was taken back before. */
  shift(id: number): WorkUnit | undefined {
    if (this.#slots[0]?.id !== id) throw new ProtocolError(`unexpected answer ${id}`);
    const { unit, expected } = this.#slots.shift()!;
    if (this.#slots.length > 0) this.#slots[0]!.startBy = Infinity;
    this.#backlog = this.#slots.length === 0 ? 0 : this.#backlog - expected;
    return unit;
  }

  /** Whether a unit can still be taken back, since it is not certain that R will start it. */
  get uncertain(): boolean {
    return this.isLate(Infinity);
  }

  /** Whether a unit had to be started before `time`, and it is not certain that it was. */
  isLate(time: number): boolean {
    return this.#slots.some(({ startBy, unit }) => unit !== undefined && startBy < time);
  }

  /** Takes back all units that `isLate` would find. */
  takeBack(time: number): WorkUnit[] {
    const taken: WorkUnit[] = [];
    for (const slot of this.#slots) {
      if (slot.unit === undefined || slot.startBy >= time) continue;
      taken.push(slot.unit);
      slot.unit = undefined;
    }
    return taken;
  }

  /** Empties the pipe. Returns the unit that R runs, and those that it has not started. */
  clear(): { running: WorkUnit | undefined; waiting: WorkUnit[] } {
    const [running, ...behind] = this.#slots.splice(0);
    this.#backlog = 0;
    return { running: running?.unit, waiting: behind.flatMap(({ unit }) => unit ?? []) };
  }
}
