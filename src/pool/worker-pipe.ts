import { READ_AT_ONCE } from '../protocol/frame.js';
import { ProtocolError } from '../protocol/frame-reader.js';
import type { WorkUnit } from './work-unit.js';

/** A unit's place; empty once the unit has been taken back, until R says that it has left it out. */
interface Slot {
  readonly id: number;
  unit: WorkUnit | undefined;
  /** Wall clock in ms after which R does not begin with it any more; Infinity for what it begins with at once. */
  readonly startBy: number;
  readonly expected: number;
  /** R has read all of it, if it has come to it. */
  read: boolean;
}

/** What a worker has been given and has not answered: what R runs, and what waits behind it in its connection. */
export class WorkerPipe {
  readonly #slots: Slot[] = [];
  #backlog = 0;

  get length(): number {
    return this.#slots.length;
  }

  /** Milliseconds that R is to take for all of it. */
  get backlog(): number {
    return this.#backlog;
  }

  /** What R runs; undefined also while it passes over what was taken back. */
  get head(): WorkUnit | undefined {
    return this.#slots[0]?.unit;
  }

  /** Whether something waits behind what R runs. */
  get waits(): boolean {
    return this.#slots.some(({ unit }, at) => at > 0 && unit !== undefined);
  }

  /** Whether R has read what it runs, and is in the middle of no frame. */
  get isRead(): boolean {
    return this.#slots[0]?.read === true;
  }

  /** R says that it has read what it runs. */
  hasRead(id: number): void {
    const slot = this.#slots[0];
    if (slot?.id === id) slot.read = true;
  }

  /** @param bytes of its frame's payload */
  push(unit: WorkUnit, startBy: number, bytes: number): void {
    const { expected, id } = unit;
    this.#slots.push({ id, unit, startBy, expected, read: bytes <= READ_AT_ONCE });
    this.#backlog += expected;
  }

  /** Takes out what R has answered; undefined when that was taken back before. */
  shift(id: number): WorkUnit | undefined {
    if (this.#slots[0]?.id !== id) throw new ProtocolError(`answer ${id} that nobody waits for`);
    const { unit, expected } = this.#slots.shift()!;
    this.#backlog = this.#slots.length === 0 ? 0 : this.#backlog - expected;
    return unit;
  }

  /** Whether something waits that R must not have begun with after `time`. */
  isLate(time: number): boolean {
    return this.#slots.some(({ startBy, unit }, at) => at > 0 && unit !== undefined && startBy < time);
  }

  /** Takes back all of that. */
  takeBack(time: number): WorkUnit[] {
    const taken: WorkUnit[] = [];
    for (const slot of this.#slots.slice(1)) {
      if (slot.unit === undefined || slot.startBy >= time) continue;
      taken.push(slot.unit);
      slot.unit = undefined;
    }
    return taken;
  }

  /** Empties it: what R runs, and what it has not come to. */
  clear(): { running: WorkUnit | undefined; waiting: WorkUnit[] } {
    const [running, ...behind] = this.#slots.splice(0);
    this.#backlog = 0;
    return { running: running?.unit, waiting: behind.flatMap(({ unit }) => unit ?? []) };
  }
}
