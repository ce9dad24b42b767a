import type { Clock, Timer } from '../clock.js';
import type { Linked } from '../linked-list.js';
import type { UnitWorker, WorkUnit } from '../pool/work-unit.js';
import type { WorkerExit } from '../pool/worker-exit.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { Outcome } from './outcome.js';
import type { Job, Ticket, TicketState } from './ticket.js';

/** Told what happens to a ticket. `started` and `left` come in pairs, whatever becomes of the request. */
export interface TicketListener {
  started(ticket: QueuedTicket, worker: UnitWorker): void;
  left(ticket: QueuedTicket): void;
  lost(ticket: QueuedTicket, exit: WorkerExit, begun: boolean): void;
  /** R has not come to it, or it is to be run once more. */
  returned(ticket: QueuedTicket): void;
}

/** The batch that a ticket runs in. */
interface TicketBatch {
  /** The ticket that stands for all where a batch counts once. */
  readonly leader: QueuedTicket;
  /** Whether a client still waits for one of its tickets. */
  readonly awaited: boolean;
}

/** A ticket as the dispatcher sees it, and the unit of work that it is when it runs alone. */
export class QueuedTicket implements Ticket, WorkUnit, Linked<QueuedTicket> {
  next: QueuedTicket | undefined;
  previous: QueuedTicket | undefined;
  listed = false;
  readonly id: number;
  readonly job: Job;
  readonly queuedAt: number;
  state: TicketState = 'queued';
  startedAt: number | undefined;
  rTime: number | undefined;
  settledAt: number | undefined;
  worker: UnitWorker | undefined;
  attempts = 0;
  batchSize = 1;
  batch: TicketBatch | undefined;
  /** It waits because its route has all the workers that it may have. */
  held = false;
  /** It was in a batch that gave no answer, so it runs by itself. */
  alone = false;
  /** Until when it waits for others to join it although a worker may be idle, by the clock. */
  waitsUntil = 0;
  /** Called with whether it succeeded, when it has run alone after a failed batch. */
  ranAlone: ((succeeded: boolean) => void) | undefined;
  readonly #clock: Clock;
  readonly #listener: TicketListener;
  #timer: Timer;

  constructor(id: number, job: Job, clock: Clock, listener: TicketListener) {
    this.id = id;
    this.job = job;
    this.queuedAt = clock.now();
    this.#clock = clock;
    this.#listener = listener;
  }

  get label(): string {
    return this.job.label;
  }

  get url(): string {
    return this.job.url;
  }

  get size(): number {
    return 1;
  }

  get type(): FrameType {
    return this.job.type;
  }

  payload(): readonly Buffer[] {
    return this.job.payload();
  }

  get expected(): number {
    return this.job.route?.expected ?? Infinity;
  }

  /** Items that it brings. */
  get items(): number {
    return this.job.batch?.items ?? 1;
  }

  /** Milliseconds to its deadline. */
  get remaining(): number {
    return this.queuedAt + this.job.timeout - this.#clock.now();
  }

  /** Whether it may run together with others. */
  get batchable(): boolean {
    return !this.alone && this.job.batch?.policy.enabled === true;
  }

  /** Whether it stands for its batch where that counts once. */
  get leads(): boolean {
    return this.batch === undefined || this.batch.leader === this;
  }

  startDeadline(expired: () => void): void {
    this.#timer = this.#clock.after(this.job.timeout, expired);
  }

  handed(worker: UnitWorker): void {
    if (this.state !== 'settled') this.state = 'handed';
    this.worker = worker;
    this.startedAt = undefined; // of an earlier run
  }

  started(worker: UnitWorker): void {
    if (this.state !== 'settled') this.state = 'running';
    this.worker = worker;
    this.startedAt = this.#clock.now();
    this.attempts += 1;
    this.#listener.started(this, worker);
  }

  finished(frame: Frame): void {
    if (this.ranAlone !== undefined) this.ranAlone(this.#succeeded(frame));
    this.settle({ kind: 'answer', frame });
  }

  /** An answer that cannot be read is not a success. */
  #succeeded(frame: Frame): boolean {
    try {
      return this.job.batch!.succeeded(frame);
    } catch {
      return false;
    }
  }

  /** @param rTime undefined if its worker was lost */
  left(rTime: number | undefined): void {
    this.rTime = rTime;
    this.#listener.left(this);
  }

  printed(): void {
    this.job.route?.printed();
  }

  /** R has not come to it after all. */
  unstarted(): void {
    if (this.startedAt === undefined) return;
    this.rTime = undefined;
    this.#listener.left(this);
    this.startedAt = undefined;
    this.attempts -= 1;
  }

  returned(): void {
    this.unstarted();
    this.#listener.returned(this);
  }

  lost(_worker: UnitWorker, exit: WorkerExit, begun: boolean): void {
    this.left(undefined);
    this.ranAlone?.(false);
    this.#listener.lost(this, exit, begun);
  }

  /** Has it run by itself, since the batch that it was in gave it no answer. */
  again(): void {
    this.alone = true;
    this.batch = undefined;
    this.batchSize = 1;
    this.#listener.returned(this);
  }

  requeue(): void {
    this.state = 'queued';
  }

  settle(outcome: Outcome): void {
    if (this.state === 'settled') return;
    this.abandon();
    this.job.settle(outcome, this);
  }

  /** Ends it without telling its client. */
  abandon(): void {
    this.#clock.cancel(this.#timer);
    this.state = 'settled';
    this.settledAt = this.#clock.now();
  }
}
