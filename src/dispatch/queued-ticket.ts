import type { Clock, Timer } from '../clock.js';
import type { Linked } from '../linked-list.js';
import type { UnitWorker, WorkUnit } from '../pool/work-unit.js';
import { describeExit, type WorkerExit } from '../pool/worker-exit.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { Outcome } from './outcome.js';
import type { StreamSink } from './stream-sink.js';
import type { Job, Ticket, TicketState } from './ticket.js';

/** Callbacks for events of a ticket. Every `started` is followed by a `left`. */
export interface TicketListener {
  /** It was put into a worker's pipe behind another one (1), or is not there any more (-1). */
  handed(change: 1 | -1): void;
  started(ticket: QueuedTicket, worker: UnitWorker): void;
  /** @param cut whether an interrupt ended it */
  left(ticket: QueuedTicket, cut: boolean): void;
  /** R waits for a promise of it. Every `opened` is followed by a `closed`. */
  opened(ticket: QueuedTicket): void;
  closed(ticket: QueuedTicket): void;
  /** R has answered it alone. */
  answered(ticket: QueuedTicket, frame: Frame): void;
  lost(ticket: QueuedTicket, exit: WorkerExit, begun: boolean): void;
  /** R did not start it, or it must run again. */
  returned(ticket: QueuedTicket): void;
}

/** The batch that a ticket runs in. */
interface TicketBatch {
  /** The ticket that represents the batch where a batch counts once. */
  readonly leader: QueuedTicket;
  /** Whether a client still waits for one of its tickets. */
  readonly awaited: boolean;
}

/** A ticket as the dispatcher sees it, which is also the unit of work if it runs alone. */
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
  openedAt: number | undefined;
  #isOpen = false;
  #isHanded = false;
  /** Set if its answer is a stream. */
  #stream: StreamSink | undefined;
  settledAt: number | undefined;
  worker: UnitWorker | undefined;
  attempts = 0;
  batchSize = 1;
  batch: TicketBatch | undefined;
  /** It waits because its route is at its limit of workers. */
  held = false;
  /** It must run alone, because its batch gave no answer or is to be checked. */
  alone = false;
  /** Until when it waits for others to join it, by the clock, even if a worker is idle. */
  waitsUntil = 0;
  /** Called once after `again()`, with R's answer, or with undefined if it gets none. */
  ranAlone: ((frame: Frame | undefined) => void) | undefined;
  readonly #clock: Clock;
  readonly #listener: TicketListener;
  #timer: Timer;
  /** Runs while it may wait for a worker, if that has a limit of its own. */
  #queueTimer: Timer;

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

  /** Number of its items. */
  get items(): number {
    return this.job.batch?.items ?? 1;
  }

  /** Time until its deadline, in ms. */
  get remaining(): number {
    return this.queuedAt + this.job.timeout - this.#clock.now();
  }

  /** Whether it may share a batch. */
  get batchable(): boolean {
    return !this.alone && this.job.batch?.policy.enabled === true;
  }

  /** Whether it represents its batch where a batch counts once. */
  get leads(): boolean {
    return this.batch === undefined || this.batch.leader === this;
  }

  startDeadline(expired: () => void): void {
    this.#timer = this.#clock.after(this.job.timeout, expired);
  }

  startQueueTimeout(waited: () => void): void {
    const { batch, queueTimeout, urgent } = this.job;
    if (queueTimeout === undefined || urgent) return;
    // Other replicas would let it wait for a batch, too.
    this.#queueTimer = this.#clock.after(queueTimeout + (batch?.policy.wait ?? 0), () => {
      if (this.state === 'queued' && this.attempts === 0) waited();
    });
  }

  handed(worker: UnitWorker): void {
    if (this.state !== 'settled') this.state = 'handed';
    this.worker = worker;
    this.startedAt = undefined; // of an earlier run
    this.#isHanded = true;
    this.#listener.handed(1);
  }

  #leavePipe(): void {
    if (!this.#isHanded) return;
    this.#isHanded = false;
    this.#listener.handed(-1);
  }

  started(worker: UnitWorker): void {
    this.#leavePipe();
    if (this.state !== 'settled') this.state = 'running';
    this.worker = worker;
    this.startedAt = this.#clock.now();
    this.openedAt = undefined;
    this.attempts += 1;
    this.#listener.started(this, worker);
  }

  opened(): void {
    this.openedAt = this.#clock.now();
    this.#isOpen = true;
    if (this.state === 'settled') this.worker?.abandon(this);
    else this.state = 'open';
    this.#listener.opened(this);
  }

  streamed(head: Frame): void {
    if (this.state === 'settled') return;
    this.#clock.cancel(this.#timer); // from now on the sink watches the time
    this.#stream = this.job.stream?.(head, this);
    if (this.#stream !== undefined) return;
    this.settle({ kind: 'error', code: 'response_invalid', detail: 'It is a stream.' });
    this.worker?.abandon(this);
  }

  pull(): void {
    this.worker?.pull(this);
  }

  element(frame: Frame): void {
    if (this.state !== 'settled') this.#stream?.element(frame);
  }

  endStream(ms: number): void {
    if (this.state !== 'settled') this.#stream?.endWithin(ms);
  }

  /** Its stream is over, unless it was no longer needed. */
  #over(tell: (stream: StreamSink) => void): void {
    if (this.state === 'settled') return;
    this.abandon();
    tell(this.#stream!);
  }

  finished(frame: Frame): void {
    this.#close();
    if (this.#stream !== undefined) {
      this.#over((stream) => stream.ended(frame));
      return;
    }
    this.#tellAlone(frame);
    this.settle({ kind: 'answer', frame });
    this.#listener.answered(this, frame);
  }

  /** Returns whether it was open. */
  #close(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    this.#listener.closed(this);
    return true;
  }

  #tellAlone(frame: Frame | undefined): void {
    const tell = this.ranAlone;
    this.ranAlone = undefined;
    tell?.(frame);
  }

  /** @param rTime undefined if its worker was lost */
  left(rTime: number | undefined, cut = false): void {
    this.rTime = rTime;
    this.#listener.left(this, cut);
  }

  printed(): void {
    this.job.route?.printed();
  }

  /** R did not start it. */
  unstarted(): void {
    if (this.startedAt === undefined) return;
    this.rTime = undefined;
    this.#listener.left(this, false);
    this.startedAt = undefined;
    this.attempts -= 1;
  }

  returned(): void {
    this.#leavePipe();
    this.unstarted();
    this.#listener.returned(this);
  }

  lost(_worker: UnitWorker, exit: WorkerExit, begun: boolean): void {
    if (!this.#close()) this.left(undefined);
    if (this.#stream !== undefined) {
      this.#over((stream) => stream.failed('worker_lost', `It ${describeExit(exit)}.`));
      return;
    }
    this.#tellAlone(undefined);
    this.#listener.lost(this, exit, begun);
  }

  /**
   * Runs it alone, because its batch gave no answer or is to be checked.
   *
   * @param batchSize the number of requests that it was computed with, if they have an answer
   */
  again(batchSize = 1): void {
    this.alone = true;
    this.batch = undefined;
    this.batchSize = batchSize;
    this.#listener.returned(this);
  }

  /** Its part of a batch's answer is sent once that is checked. No worker runs it meanwhile. */
  awaitCheck(): void {
    this.worker = undefined;
    this.batch = undefined;
  }

  requeue(): void {
    this.state = 'queued';
  }

  settle(outcome: Outcome): void {
    if (this.state === 'settled') return;
    this.abandon();
    this.job.settle(outcome, this);
  }

  /** Ends it without calling `settle`. */
  abandon(): void {
    this.#clock.cancel(this.#timer);
    this.#clock.cancel(this.#queueTimer);
    this.state = 'settled';
    this.settledAt = this.#clock.now();
    this.#tellAlone(undefined);
  }
}
