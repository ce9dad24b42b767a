import type { Linked } from '../linked-list.js';
import type { WorkUnit } from '../pool/work-unit.js';
import type { Worker } from '../pool/worker.js';
import type { WorkerExit } from '../pool/worker-exit.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { BatchUnit } from './batch-unit.js';
import type { Crowd } from './crowd.js';
import type { Outcome } from './outcome.js';
import type { RouteLoad } from './route-load.js';
import type { Job, Ticket, TicketState } from './ticket.js';

/** Who hears of a ticket's way: started and left come in pairs, whatever becomes of the request. */
export interface TicketListener {
  started(ticket: QueuedTicket): void;
  left(ticket: QueuedTicket): void;
  lost(ticket: QueuedTicket, exit: WorkerExit, begun: boolean): void;
  /** R has not come to it, or it is to be run once more. */
  returned(ticket: QueuedTicket): void;
}

/** A ticket as the dispatcher sees it, and the unit of work that it is when it is run alone. */
export class QueuedTicket implements Ticket, WorkUnit, Linked<QueuedTicket> {
  next: QueuedTicket | undefined;
  previous: QueuedTicket | undefined;
  listed = false;
  readonly id: number;
  readonly job: Job;
  readonly queuedAt = performance.now();
  state: TicketState = 'queued';
  startedAt: number | undefined;
  rTime: number | undefined;
  settledAt: number | undefined;
  worker: Worker | undefined;
  attempts = 0;
  batchSize = 1;
  /** The batch that it is run in. */
  batch: BatchUnit | undefined;
  /** Its route, where it waits because that has all the workers that it may have. */
  held: RouteLoad | undefined;
  /** It was in a batch that gave no answer: it is run by itself. */
  alone = false;
  /** Those that it may be run together with; it is one of them until it is settled. */
  crowd: Crowd | undefined;
  /** `performance.now()` until which it waits for others, though a worker may be idle. */
  heldUntil = 0;
  /** Told how it went when it was run alone for that reason: whether it succeeded. */
  ranAlone: ((succeeded: boolean) => void) | undefined;
  readonly #listener: TicketListener;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: number, job: Job, listener: TicketListener) {
    this.id = id;
    this.job = job;
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
    return this.job.routeTime?.expected ?? Infinity;
  }

  /** Milliseconds to its deadline. */
  get remaining(): number {
    return this.queuedAt + this.job.timeout - performance.now();
  }

  /** Whether it may be run together with others. */
  get batchable(): boolean {
    return !this.alone && this.job.batch?.policy.enabled === true;
  }

  /** Whether it is to wait though a worker may be idle. */
  get isHeld(): boolean {
    const { crowd, heldUntil } = this;
    if (crowd === undefined) return false;
    const now = performance.now();
    return heldUntil > now || (heldUntil === 0 && crowd.isHeld(now));
  }

  /** Whether it stands for its batch where that counts once. */
  get leads(): boolean {
    return this.batch === undefined || this.batch.leader === this;
  }

  startDeadline(expired: () => void): void {
    this.#timer = setTimeout(expired, this.job.timeout);
  }

  handed(worker: Worker): void {
    this.state = 'handed';
    this.worker = worker;
  }

  started(worker: Worker): void {
    if (this.state !== 'settled') this.state = 'running';
    this.worker = worker;
    this.startedAt = performance.now();
    this.attempts += 1;
    this.#listener.started(this);
  }

  finished(frame: Frame): void {
    this.ranAlone?.(this.job.batch!.succeeded(frame));
    this.settle({ kind: 'answer', frame });
  }

  /** @param rTime undefined: its worker was lost */
  left(rTime: number | undefined): void {
    this.rTime = rTime;
    this.#listener.left(this);
  }

  printed(): void {
    this.job.routeTime?.printed();
  }

  /** R has not come to it after all. */
  unstarted(): void {
    if (this.startedAt === undefined) return;
    this.startedAt = undefined;
    this.attempts -= 1;
    this.#listener.left(this);
  }

  returned(): void {
    this.unstarted();
    this.#listener.returned(this);
  }

  lost(_worker: Worker, exit: WorkerExit, begun: boolean): void {
    this.left(undefined);
    this.ranAlone?.(false);
    this.#listener.lost(this, exit, begun);
  }

  /** To be run by itself, since the batch that it was in gave it no answer. */
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

  /** Ends it without telling anybody. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.crowd?.left();
    this.state = 'settled';
    this.settledAt = performance.now();
  }
}
