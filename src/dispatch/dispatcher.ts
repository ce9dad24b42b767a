import type { Pool } from '../pool/pool.js';
import type { WorkUnit } from '../pool/work-unit.js';
import type { Worker } from '../pool/worker.js';
import { describeExit, type WorkerExit } from '../pool/worker-exit.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { Outcome } from './outcome.js';
import type { Job, Ticket, TicketState } from './ticket.js';

export interface DispatcherOptions {
  /** Requests that wait at most; one more is refused. */
  readonly queueLimit: number;
  /** Milliseconds that R gets to come back from an interrupt. */
  readonly interruptGrace: number;
  /** Runs a safe request once more when its worker died. */
  readonly retrySafe: boolean;
}

/** Frame ids are 31 bits, so that R can hold them as integers. */
const LAST_ID = 0x7fffffff;

/**
 * The bounded queue between gateway and pool. Work goes to an idle worker or waits here, first come first served:
 * never into the pipe of a busy worker, where a fast request would wait behind a slow one while others idle.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #pool: Pool;
  /** In order of arrival; a Set, since a request whose client leaves is taken out of the middle. */
  readonly #queue = new Set<QueuedTicket>();
  /** Requests that go before all others: those to be run again, and the urgent ones. */
  readonly #again: QueuedTicket[] = [];
  #running = 0;
  #nextId = 1;
  /** Moving average of R's time per request in ms, for Retry-After. */
  #meanTime = 0;

  constructor(pool: Pool, options: DispatcherOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  get queued(): number {
    return this.#queue.size + this.#again.length;
  }

  get running(): number {
    return this.#running;
  }

  /** Whole seconds after which the queue should have room again, at least 1. */
  get retryAfter(): number {
    const seconds = (this.queued * this.#meanTime) / Math.max(1, this.#pool.healthy) / 1000;
    return Math.max(1, Math.min(60, Math.ceil(seconds)));
  }

  /** Takes a job; `job.settle` tells what became of it, possibly before this returns. */
  submit(job: Job): Ticket {
    const ticket = new QueuedTicket(this.#nextId, job, this.#listener);
    this.#nextId = this.#nextId === LAST_ID ? 1 : this.#nextId + 1;
    if (this.#pool.broken) {
      ticket.settle({ kind: 'error', code: 'no_workers' });
      return ticket;
    }
    const worker = this.queued === 0 || job.urgent ? this.#workerFor(ticket) : undefined;
    if (worker === undefined && !job.urgent && this.#queue.size >= this.#options.queueLimit) {
      ticket.settle({ kind: 'error', code: 'queue_full', detail: `${this.#queue.size} wait already.` });
      return ticket;
    }
    ticket.startDeadline(() => this.#expire(ticket));
    if (worker !== undefined) {
      worker.assign(ticket);
    } else if (job.urgent) {
      this.#again.push(ticket);
    } else {
      this.#queue.add(ticket);
      this.#pool.grow();
    }
    return ticket;
  }

  /** The client has left: drops what waits, interrupts what runs. */
  cancel(ticket: Ticket): void {
    const own = ticket as QueuedTicket;
    if (own.state === 'settled') return;
    const wasRunning = own.state === 'running';
    this.#remove(own);
    own.abandon();
    if (wasRunning) own.worker?.interrupt(this.#options.interruptGrace);
  }

  /** A worker can take work: the request that has waited longest, and one ahead of it. */
  workerIdle(): void {
    while (this.queued > 0) {
      const ticket = this.#again[0] ?? this.#queue.values().next().value!;
      const worker = this.#workerFor(ticket);
      if (worker === undefined) {
        this.#pool.grow();
        return;
      }
      this.#remove(ticket);
      worker.assign(ticket);
    }
  }

  /**
   * An idle worker; or, for a brief request, one that runs other brief ones, so that R finds the next frame waiting.
   * Never one that may be slow: that would park a fast request behind a slow one.
   */
  #workerFor(ticket: QueuedTicket): Worker | undefined {
    return this.#pool.take() ?? this.#pool.takeAhead(ticket);
  }

  /** No worker can be started: nobody should wait for one. */
  refuseAll(): void {
    for (const ticket of [...this.#again.splice(0), ...this.#queue]) {
      this.#queue.delete(ticket);
      ticket.settle({ kind: 'error', code: 'no_workers' });
    }
  }

  #expire(ticket: QueuedTicket): void {
    const { state, worker } = ticket;
    this.#remove(ticket);
    const limit = `${ticket.job.timeout / 1000} s`;
    const detail =
      state === 'running' ? `It ran for the rest of ${limit}.` : `It waited ${limit} for a worker.`;
    ticket.settle({ kind: 'error', code: 'deadline_exceeded', detail });
    if (state === 'running' && worker !== undefined) this.#pool.replace(worker, this.#options.interruptGrace);
  }

  #remove(ticket: QueuedTicket): void {
    this.#queue.delete(ticket);
    const at = this.#again.indexOf(ticket);
    if (at >= 0) this.#again.splice(at, 1);
  }

  readonly #listener: TicketListener = {
    started: () => {
      this.#running += 1;
    },
    left: (ticket) => {
      this.#running -= 1;
      const took = ticket.rTime;
      if (took === undefined) return;
      ticket.job.routeTime?.observe(took);
      this.#meanTime = this.#meanTime === 0 ? took : this.#meanTime * 0.95 + took * 0.05;
    },
    returned: (ticket) => {
      if (ticket.state === 'settled') return;
      ticket.requeue();
      this.#again.push(ticket);
      this.workerIdle();
    },
    lost: (ticket, exit) => {
      if (ticket.state === 'settled') return;
      if (ticket.job.safe && this.#options.retrySafe && ticket.attempts === 1) {
        ticket.requeue();
        this.#again.push(ticket);
        this.workerIdle();
        return;
      }
      ticket.settle({ kind: 'error', code: 'worker_lost', detail: `It ${describeExit(exit)}.` });
    },
  };
}

/** Who hears of a ticket's way: started and left come in pairs, whatever becomes of the request. */
interface TicketListener {
  started(ticket: QueuedTicket): void;
  left(ticket: QueuedTicket): void;
  lost(ticket: QueuedTicket, exit: WorkerExit): void;
  returned(ticket: QueuedTicket): void;
}

class QueuedTicket implements Ticket, WorkUnit {
  readonly id: number;
  readonly job: Job;
  readonly queuedAt = performance.now();
  state: TicketState = 'queued';
  startedAt: number | undefined;
  rTime: number | undefined;
  settledAt: number | undefined;
  worker: Worker | undefined;
  attempts = 0;
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

  get type(): FrameType {
    return this.job.type;
  }

  get payload(): readonly Buffer[] {
    return this.job.payload;
  }

  get payloadBytes(): number {
    return this.job.payloadBytes;
  }

  startDeadline(expired: () => void): void {
    this.#timer = setTimeout(expired, this.job.timeout);
  }

  get expected(): number {
    return this.job.routeTime?.expected ?? Infinity;
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
    this.rTime = frame.time / 1000;
    this.#listener.left(this);
    this.settle({ kind: 'answer', frame });
  }

  printed(): void {
    this.job.routeTime?.printed();
  }

  returned(): void {
    if (this.startedAt !== undefined) {
      this.startedAt = undefined;
      this.attempts -= 1;
      this.#listener.left(this);
    }
    this.#listener.returned(this);
  }

  lost(_worker: Worker, exit: WorkerExit): void {
    this.#listener.left(this);
    this.#listener.lost(this, exit);
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
    this.state = 'settled';
    this.settledAt = performance.now();
  }
}
