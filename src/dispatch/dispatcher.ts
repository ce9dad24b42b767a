import { type Clock, systemClock } from '../clock.js';
import { describeExit } from '../pool/worker-exit.js';
import type { Frame } from '../protocol/frame.js';
import { Admission } from './admission.js';
import { BatchTrials, trialJob } from './batch-trials.js';
import { type BatchListener, BatchUnit } from './batch-unit.js';
import { BatchWaits } from './batch-waits.js';
import type { DispatcherOptions } from './dispatcher-options.js';
import { Queue } from './queue.js';
import { QueuedTicket, type TicketListener } from './queued-ticket.js';
import type { Job, Ticket, TicketState } from './ticket.js';
import type { DispatchWorker, WorkerPool } from './worker-pool.js';

/** Frame ids are 31 bits, so that R can hold them as integers. */
const LAST_ID = 0x7fffffff;
/** Maximum of Retry-After, in seconds. */
const MOST_RETRY_SECONDS = 60;

/**
 * Connects gateway and pool. Work goes to an idle worker or waits in the queue, first come, first served. It does not
 * go into the pipe of a worker that may be slow: a fast request would wait there while other workers are idle.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #pool: WorkerPool;
  readonly #clock: Clock;
  readonly #queue: Queue;
  readonly #admission: Admission;
  /** Whether work will be assigned at the end of this turn of the event loop. */
  #handsOutSoon = false;
  readonly #batchWaits: BatchWaits;
  readonly #trials = new BatchTrials();
  /** Requests in the pipes of workers, behind others. */
  #handed = 0;
  #running = 0;
  #open = 0;
  #nextId = 1;

  constructor(pool: WorkerPool, options: DispatcherOptions, clock: Clock = systemClock) {
    this.#pool = pool;
    this.#options = options;
    this.#clock = clock;
    const workers = () => pool.healthy;
    const coreFree = () => pool.busy + 1 < options.cores; // the gateway uses one core
    const handOut = () => this.#handOut();
    this.#batchWaits = new BatchWaits(clock, coreFree, handOut);
    const waits = (ticket: QueuedTicket) => this.#batchWaits.has(ticket);
    this.#queue = new Queue(options, clock, workers, waits, handOut);
    this.#admission = new Admission(options.queueLimit, this.#queue.isolation, this.#queue, clock);
  }

  /** Number of requests that wait for a worker. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Number of requests that R has not begun: those in the queue, and those in the pipes of workers, behind others. */
  get waiting(): number {
    return this.queued + this.#handed;
  }

  /** Number of requests that R runs. */
  get running(): number {
    return this.#running;
  }

  /** Number of requests that wait for a promise in R. */
  get open(): number {
    return this.#open;
  }

  /** How many more workers the requests that wait could use now; 0 if none of them could run with another worker. */
  get lackedWorkers(): number {
    if (this.#queue.size === 0) return 0;
    const { isolation } = this.#queue;
    const lacks = this.#queue.next() === undefined ? isolation.lacksWorkers : this.#pool.idle === 0;
    return lacks ? Math.max(1, Math.ceil(this.#queue.usable)) : 0;
  }

  /** Workers that the requests that run and wait could use; what an autoscaler should follow. */
  get demand(): number {
    return this.#running + this.#queue.demand;
  }

  /** How long the oldest request in the queue has waited, in ms. */
  get longestWait(): number {
    const { oldest } = this.#queue;
    return oldest === undefined ? 0 : this.#clock.now() - oldest;
  }

  /** Estimated wait of a new request behind all others, in ms. */
  get expectedWait(): number {
    return this.#queue.size === 0 ? 0 : this.#admission.wait;
  }

  /** Estimated time until the queue has room again, in whole seconds; at least 1. */
  get retryAfter(): number {
    return Math.max(1, Math.min(MOST_RETRY_SECONDS, Math.ceil(this.expectedWait / 1000)));
  }

  /** Accepts a job. Calls `job.settle` with its outcome, possibly before this returns. */
  submit(job: Job): Ticket {
    const ticket = new QueuedTicket(this.#newId(), job, this.#clock, this.#listener);
    const { route, urgent } = job;
    if (this.#pool.broken) {
      ticket.settle({ kind: 'error', code: 'no_workers' });
      return ticket;
    }
    if (route !== undefined) this.#queue.isolation.arrived(route, ticket.queuedAt);
    const admitted = route === undefined || this.#queue.isolation.admits(route);
    const atOnce = admitted && !ticket.batchable && (urgent || this.#queue.next() === undefined);
    const worker = atOnce ? this.#workerFor(ticket) : undefined;
    if (worker !== undefined) {
      ticket.startDeadline(() => this.#expire(ticket));
      this.#assign(worker, [ticket]);
      return ticket;
    }
    const { queueTimeout, timeout } = job;
    const rejection = urgent
      ? undefined
      : this.#admission.rejection({ route, timeout, queueTimeout, admitted });
    if (rejection !== undefined) {
      ticket.settle({ kind: 'error', ...rejection });
      return ticket;
    }
    ticket.startDeadline(() => this.#expire(ticket));
    ticket.startQueueTimeout(() => {
      this.#queue.remove(ticket);
      ticket.settle({ kind: 'error', code: 'no_worker_free' });
    });
    this.#enqueue(ticket, admitted);
    return ticket;
  }

  #enqueue(ticket: QueuedTicket, admitted: boolean): void {
    const { route, urgent } = ticket.job;
    if (!admitted) {
      this.#queue.hold(ticket, route!);
    } else if (urgent) {
      this.#queue.addAhead(ticket);
    } else {
      if (ticket.batchable) {
        this.#batchWaits.begin(ticket, () => this.#queue.mates(ticket));
        this.#handOutSoon(); // requests that have arrived but were not read yet can join the same batch
      }
      this.#queue.add(ticket);
    }
    this.#pool.grow();
    // None of the idle workers has its plan, or another request may run since time has passed.
    if (this.#pool.idle > 0) this.#handOutSoon();
  }

  #handOutSoon(): void {
    if (this.#handsOutSoon) return;
    this.#handsOutSoon = true;
    this.#clock.soon(() => {
      this.#handsOutSoon = false;
      this.#handOut();
    });
  }

  #newId(): number {
    const id = this.#nextId;
    this.#nextId = id === LAST_ID ? 1 : id + 1;
    return id;
  }

  /** The client has disconnected: drops a waiting request, interrupts a running one. */
  cancel(ticket: Ticket): void {
    const own = ticket as QueuedTicket;
    if (own.state === 'settled') return;
    const { state } = own;
    this.#queue.remove(own);
    own.abandon();
    if (state === 'open') own.worker?.abandon(own);
    else if (state === 'running' && own.batch?.awaited !== true)
      own.worker?.interrupt(this.#options.interruptGrace);
  }

  /** A worker can take work. */
  workerIdle(): void {
    const next = this.#queue.next();
    if (next !== undefined && this.#batchWaits.gathers(next)) this.#handOutSoon();
    else this.#handOut();
  }

  /** Gives each available worker the oldest request, together with all that can run in the same batch. */
  #handOut(): void {
    for (;;) {
      const ticket = this.#queue.next();
      if (ticket === undefined) break;
      const worker = this.#workerFor(ticket);
      if (worker === undefined && this.#pool.idle === 0) break;
      this.#queue.remove(ticket);
      if (worker === undefined) {
        ticket.settle({ kind: 'stale' });
        continue;
      }
      this.#assign(worker, ticket.batchable ? this.#queue.takeBatch(ticket) : [ticket]);
    }
    if (this.#queue.size > 0) this.#pool.grow();
  }

  /** Gives a worker its work. Requests whose work cannot be written fail alone, and the worker takes other work. */
  #assign(worker: DispatchWorker, tickets: readonly QueuedTicket[]): void {
    try {
      const batch = tickets.length > 1;
      worker.assign(batch ? new BatchUnit(this.#newId(), tickets, this.#clock, this.#batches) : tickets[0]!);
    } catch (error) {
      this.#pool.release(worker);
      if (tickets.length > 1) for (const ticket of tickets) ticket.again();
      else tickets[0]!.settle({ kind: 'failed', error });
    }
  }

  readonly #batches: BatchListener = {
    computed: (requests, items, ms) => this.#options.batchComputed?.(requests, items, ms),
    split: (ms) => this.#options.batchSplit?.(ms),
    failed: (error) => this.#options.batchFailed?.(error),
  };

  /** Runs requests of a route on trial once more, as a batch. */
  #try(job: Job, frame: Frame): void {
    const { batch } = job;
    if (batch?.policy.onTrial !== true) return;
    try {
      const trial = batch.succeeded(frame) ? this.#trials.add(batch, frame) : undefined;
      if (trial !== undefined) this.submit(trialJob(trial, job, this.#batches.failed));
    } catch (error) {
      this.#batches.failed(error);
    }
  }

  /**
   * Takes an idle worker; for a brief request also one that runs brief ones, so that R finds the next frame at once.
   * A batchable request waits for others to join it instead.
   */
  #workerFor(ticket: QueuedTicket): DispatchWorker | undefined {
    const { plan, route } = ticket.job;
    const idle = this.#pool.take(plan);
    if (idle !== undefined || ticket.batchable) return idle;
    return (route?.concurrency ?? Infinity) === Infinity ? this.#pool.takeAhead(ticket, plan) : undefined;
  }

  /** Rejects all waiting requests, because no worker can be started. */
  rejectAll(): void {
    for (const ticket of [...this.#queue]) {
      this.#queue.remove(ticket);
      ticket.settle({ kind: 'error', code: 'no_workers' });
    }
  }

  #expire(ticket: QueuedTicket): void {
    const { state, worker } = ticket;
    this.#queue.remove(ticket);
    const limit = `${ticket.job.timeout / 1000} s`;
    const details: Partial<Record<TicketState, string>> = {
      running: `It ran for the rest of ${limit}.`,
      open: `Its promise was not settled within ${limit}.`,
    };
    const detail = details[state] ?? `It waited ${limit} for a worker.`;
    ticket.settle({ kind: 'error', code: 'deadline_exceeded', detail });
    if (state === 'open') worker?.abandon(ticket);
    else if (state === 'running' && worker !== undefined && ticket.batch?.awaited !== true)
      this.#pool.replace(worker, this.#options.interruptGrace);
  }

  readonly #listener: TicketListener = {
    handed: (change) => {
      this.#handed += change;
    },
    started: (ticket, worker) => {
      this.#running += 1;
      const { route } = ticket.job;
      if (route !== undefined) {
        route.runningRequests += 1;
        if (ticket.leads) {
          route.running += 1;
          route.startedAt = ticket.startedAt!;
          route.startedSum += ticket.startedAt!;
          this.#queue.ran(route);
        }
      }
      // Its client disconnected, or its deadline passed, before R started it.
      if (ticket.state === 'settled') worker.interrupt(this.#options.interruptGrace);
    },
    left: (ticket, cut) => {
      this.#running -= 1;
      const { batchSize, job, leads, rTime, startedAt, worker } = ticket;
      const { route } = job;
      if (route === undefined) return;
      route.runningRequests -= 1;
      if (!leads) return;
      route.running -= 1;
      route.startedSum -= startedAt!;
      route.lastRequests = batchSize;
      const occupied = this.#clock.now() - ticket.startedAt!;
      if (rTime !== undefined) {
        route.observe({ ms: rTime, occupied, requests: batchSize, worker, cut });
        this.#queue.isolation.arrived(route, ticket.queuedAt);
      }
      this.#queue.ran(route);
      // Other requests may have waited for this call to end, and its worker may be idle afterwards.
      if (route.queued > 0 || this.#queue.held > 0) this.#handOutSoon();
    },
    answered: ({ job }, frame) => this.#try(job, frame),
    opened: ({ job }) => {
      this.#open += 1;
      if (job.route !== undefined) job.route.open += 1;
    },
    closed: ({ job }) => {
      this.#open -= 1;
      if (job.route === undefined) return;
      job.route.open -= 1;
      if (this.#queue.held > 0) this.#handOutSoon(); // its route may be at its limit
    },
    returned: (ticket) => {
      if (ticket.state !== 'settled') this.#again(ticket);
    },
    lost: (ticket, exit, begun) => {
      // Count the time so far. Otherwise a route that never answers in time would not be known to be slow.
      if (begun && ticket.openedAt === undefined) {
        const ms = this.#clock.now() - ticket.startedAt!;
        ticket.job.route?.observe({ ms, requests: 1, worker: undefined, cut: true });
      }
      if (ticket.state === 'settled') return;
      const maybeAgain = !begun || (ticket.job.safe && this.#options.retrySafe);
      // Only once: a request that kills its worker would kill one worker after another.
      if (maybeAgain && ticket.attempts === 1) this.#again(ticket);
      else ticket.settle({ kind: 'error', code: 'worker_lost', detail: `It ${describeExit(exit)}.` });
    },
  };

  #again(ticket: QueuedTicket): void {
    // The worker that it was lost with was the last.
    if (this.#pool.broken) {
      ticket.settle({ kind: 'error', code: 'no_workers' });
      return;
    }
    ticket.requeue();
    this.#queue.addAhead(ticket);
    this.#handOut();
  }
}
