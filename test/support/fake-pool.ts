import type { Dispatcher } from '../../src/dispatch/dispatcher.js';
import type { DispatchWorker, WorkerPool } from '../../src/dispatch/worker-pool.js';
import type { Growth } from '../../src/pool/growth.js';
import type { WorkUnit } from '../../src/pool/work-unit.js';
import { type Frame, FrameType } from '../../src/protocol/frame.js';

/** The most expected work, in ms, that a worker may have before a short request. */
const LOOK_AHEAD_MS = 2;

interface Slot {
  /** Undefined once it has been taken back. */
  unit: WorkUnit | undefined;
  readonly expected: number;
  /** Whether it was put into the pipe behind another unit, so that R may skip it. */
  readonly ahead: boolean;
}

/** A worker without a process. The test decides when R answers, and how. */
export class FakeWorker implements DispatchWorker {
  readonly id: number;
  readonly plan: string;
  readonly #pool: FakePool;
  slots: Slot[] = [];
  /** Units that wait for a promise, and the ids of those that nobody waits for. */
  open: WorkUnit[] = [];
  readonly abandoned = new Set<number>();
  taken = false;
  leaving = false;
  interrupted = false;

  constructor(id: number, plan: string, pool: FakePool) {
    this.id = id;
    this.plan = plan;
    this.#pool = pool;
  }

  get head(): WorkUnit | undefined {
    return this.slots[0]?.unit;
  }

  get backlog(): number {
    return this.slots.reduce((sum, { expected }) => sum + expected, 0);
  }

  assign(unit: WorkUnit): void {
    const ahead = this.slots.length > 0;
    this.#pool.assigned?.(this, unit, ahead);
    this.slots.push({ unit, expected: unit.expected, ahead });
    if (ahead) unit.handed(this);
    else unit.started(this);
  }

  /** The answer of this unit is no longer needed: R says so in its turn. */
  abandon({ id }: { id: number }): void {
    this.abandoned.add(id);
  }

  pull(): void {}

  /** The unit that R runs waits for a promise; R goes on with the next one after so many ms. */
  openHead(ms: number): void {
    const unit = this.#next();
    if (unit === undefined) return;
    this.open.push(unit);
    unit.left(ms, false);
    unit.opened();
    this.#pool.free(this);
  }

  /** A promise is settled, or R says that it has none for what was abandoned. */
  answerOpen(place: number, frame: Frame): void {
    const [unit] = this.open.splice(place, 1);
    unit?.finished(frame);
    this.#pool.free(this);
  }

  interrupt(): void {
    if (this.slots.length > 0) this.interrupted = true;
  }

  /** R answers the running unit after `ms`. */
  answer(ms: number, frame: Frame): void {
    const unit = this.#next();
    unit?.left(ms, frame.type === FrameType.interrupted);
    this.#pool.free(this);
    unit?.finished(frame);
  }

  /** R reports that it was too late to start the unit that it has reached. */
  leaveOut(): void {
    const unit = this.#next();
    this.#pool.free(this);
    unit?.returned();
  }

  /** Takes back the units that R has not reached in time; R will skip them. */
  takeBack(): void {
    for (const slot of this.slots.slice(1)) {
      const { unit } = slot;
      slot.unit = undefined;
      unit?.returned();
    }
  }

  /** @param begun whether R had started its current unit */
  die(begun: boolean): void {
    const [running, ...waiting] = this.slots.splice(0);
    this.#pool.remove(this);
    for (const unit of this.open.splice(0)) unit.lost(this, { code: null, signal: 'SIGKILL' }, true);
    running?.unit?.lost(this, { code: null, signal: 'SIGKILL' }, begun);
    for (const { unit } of waiting) unit?.returned();
  }

  /** Removes the finished unit and starts the next one. */
  #next(): WorkUnit | undefined {
    const slot = this.slots.shift();
    while (this.slots.length > 0 && this.slots[0]!.unit === undefined) this.slots.shift();
    this.interrupted = false;
    this.head?.started(this);
    return slot?.unit;
  }
}

/** A pool without processes, as the dispatcher sees one. */
export class FakePool implements WorkerPool {
  readonly workers: FakeWorker[] = [];
  dispatcher: Dispatcher | undefined;
  /** Called before a worker gets a unit. */
  assigned: ((worker: FakeWorker, unit: WorkUnit, ahead: boolean) => void) | undefined;
  /** Whether starting a worker has failed too often. */
  failing = false;
  /** Adds workers, if the pool is elastic. */
  growth: Growth | undefined;
  #nextId = 1;

  get healthy(): number {
    return this.workers.filter(({ leaving }) => !leaving).length;
  }

  get busy(): number {
    return this.workers.filter(({ taken }) => taken).length;
  }

  get idle(): number {
    return this.workers.filter(({ leaving, taken }) => !taken && !leaving).length;
  }

  get broken(): boolean {
    return this.failing && this.healthy === 0;
  }

  add(plan = 'a'): FakeWorker {
    const worker = new FakeWorker(this.#nextId++, plan, this);
    this.workers.push(worker);
    this.failing = false;
    this.dispatcher?.workerIdle();
    return worker;
  }

  take(plan: string | undefined): FakeWorker | undefined {
    const [free] = this.workers
      .filter((worker) => !worker.taken && !worker.leaving && (plan === undefined || worker.plan === plan))
      .sort((a, b) => a.open.length - b.open.length);
    if (free !== undefined) free.taken = true;
    return free;
  }

  takeAhead({ expected }: WorkUnit, plan: string | undefined): FakeWorker | undefined {
    if (expected > LOOK_AHEAD_MS) return undefined;
    return this.workers.find(
      (worker) =>
        worker.head !== undefined &&
        !worker.leaving &&
        !worker.interrupted &&
        (plan === undefined || worker.plan === plan) &&
        worker.backlog <= LOOK_AHEAD_MS,
    );
  }

  grow(): void {
    this.growth?.want();
  }

  release(worker: { id: number }): void {
    this.workers.find(({ id }) => id === worker.id)!.taken = false;
  }

  replace({ id }: { id: number }): void {
    const worker = this.workers.find((one) => one.id === id);
    if (worker === undefined) return;
    worker.interrupt();
    worker.leaving = true;
  }

  free(worker: FakeWorker): void {
    if (worker.slots.length === 0) {
      if (worker.leaving) {
        if (worker.open.length === 0) this.remove(worker);
        return;
      }
      worker.taken = false;
    }
    this.dispatcher?.workerIdle();
  }

  remove(worker: FakeWorker): void {
    this.workers.splice(this.workers.indexOf(worker), 1);
    if (this.broken) this.dispatcher?.rejectAll();
  }
}
