import type { Pool } from '../pool/pool.js';
import type { Worker } from '../pool/worker.js';
import { describeExit } from '../pool/worker-exit.js';
import type { AdmissionOptions } from './admission.js';
import type { BatchPolicy } from './batch-policy.js';
import { type BatchOwner, BatchUnit } from './batch-unit.js';
import { Cores } from './cores.js';
import { Queue } from './queue.js';
import { QueuedTicket, type TicketListener } from './queued-ticket.js';
import type { RouteLoad } from './route-load.js';
import type { Job, Ticket } from './ticket.js';

export interface DispatcherOptions extends AdmissionOptions {
  /** CPU cores that the gateway and R have. */
  readonly cores: number;
  /** Requests that wait at most; one more is refused. */
  readonly queueLimit: number;
  /** Milliseconds that R gets to come back from an interrupt. */
  readonly interruptGrace: number;
  /** Runs a safe request once more when its worker died. */
  readonly retrySafe: boolean;
  /** Hears of each batch: its requests, their items, and the milliseconds that R took. */
  readonly batchComputed?: (requests: number, items: number, ms: number) => void;
  /** Hears how many milliseconds it took to cut a batch's result and to print the parts. */
  readonly batchDivided?: (ms: number) => void;
}

/** Frame ids are 31 bits, so that R can hold them as integers. */
const LAST_ID = 0x7fffffff;

/**
 * Stands between gateway and pool. Work goes to an idle worker or waits in the queue, first come first served:
 * never into the pipe of a busy worker, where a fast request would wait behind a slow one while others idle.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #pool: Pool;
  readonly #queue: Queue;
  readonly #cores: Cores;
  /** Routes of which something came in this turn of the loop that is to be handed out at its end. */
  #gathering: BatchPolicy[] = [];
  /** There is something to be handed out at the end of this turn of the loop. */
  #gathers = false;
  #running = 0;
  #nextId = 1;
  /** Moving average of R's time per request in ms, for Retry-After. */
  #meanTime = 0;

  constructor(pool: Pool, options: DispatcherOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#cores = new Cores(options.cores);
    this.#queue = new Queue(options, () => pool.healthy);
  }

  get queued(): number {
    return this.#queue.size;
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
    const ticket = new QueuedTicket(this.#newId(), job, this.#listener);
    if (this.#pool.broken) {
      ticket.settle({ kind: 'error', code: 'no_workers' });
      return ticket;
    }
    const together = ticket.batchable;
    const admitted = this.#queue.admits(ticket);
    const now = admitted && !together && (job.urgent || this.#queue.next() === undefined);
    const worker = now ? this.#workerFor(ticket) : undefined;
    if (worker === undefined && !job.urgent && this.#queue.isFull(this.#limitFor(job), admitted)) {
      ticket.settle({ kind: 'error', code: 'queue_full', detail: `${this.#queue.waiting} wait already.` });
      return ticket;
    }
    ticket.startDeadline(() => this.#expire(ticket));
    if (!admitted) {
      this.#queue.hold(ticket, job.load!);
      if (this.#queue.lacksWorkers) this.#pool.grow();
    } else if (worker !== undefined) {
      worker.assign(ticket);
    } else if (job.urgent) {
      this.#queue.addAhead(ticket);
    } else if (together) {
      this.#join(ticket, job.batch!.policy);
    } else {
      this.#queue.add(ticket);
      this.#pool.grow();
    }
    return ticket;
  }

  /** Waits for those that come with it, though a worker may be idle: no longer than until all that is there is read. */
  #join(ticket: QueuedTicket, policy: BatchPolicy): void {
    ticket.crowd = policy.crowd;
    policy.crowd.entered();
    const held = this.#hold(ticket);
    this.#queue.add(ticket);
    if (held) return;
    if (!policy.crowd.isEnough(this.#coreFree)) this.#gatherSoon(policy);
    else {
      policy.crowd.endHold();
      this.#handOut();
    }
  }

  #gatherSoon(policy: BatchPolicy): void {
    if (!this.#gathering.includes(policy)) this.#gathering.push(policy);
    this.#handOutSoon();
  }

  #handOutSoon(): void {
    if (this.#gathers) return;
    this.#gathers = true;
    setImmediate(this.#gathered);
  }

  readonly #gathered = (): void => {
    const now = performance.now();
    const policies = this.#gathering;
    this.#gathering = [];
    this.#gathers = false;
    for (const { crowd, usualTime } of policies) {
      const until = crowd.hold(usualTime, now, this.#coreFree);
      if (until === undefined) continue;
      setTimeout(() => {
        if (crowd.endHoldOf(until)) this.#handOut();
      }, until - now);
    }
    this.#handOut();
  };

  /** What is computed together takes one place in a worker: as many may wait as the workers take at once. */
  #limitFor({ batch }: Job): number {
    const { queueLimit } = this.#options;
    return batch?.policy.enabled === true
      ? Math.max(queueLimit, batch.policy.max * this.#pool.healthy)
      : queueLimit;
  }

  #newId(): number {
    const id = this.#nextId;
    this.#nextId = id === LAST_ID ? 1 : id + 1;
    return id;
  }

  /** The client has left: drops what waits, interrupts what runs. */
  cancel(ticket: Ticket): void {
    const own = ticket as QueuedTicket;
    if (own.state === 'settled') return;
    const wasRunning = own.state === 'running';
    this.#queue.remove(own);
    own.abandon();
    if (wasRunning && own.batch?.awaited !== true) own.worker?.interrupt(this.#options.interruptGrace);
  }

  /** A worker can take work. */
  workerIdle(): void {
    const ticket = this.#queue.next();
    if (ticket?.batchable === true && ticket.crowd?.isEnough(this.#coreFree) === false)
      this.#gatherSoon(ticket.job.batch!.policy);
    else this.#handOut();
  }

  /** To each worker that can take work, the request that has waited longest, with all that can be computed with it. */
  #handOut(): void {
    for (;;) {
      const ticket = this.#queue.next();
      if (ticket === undefined) {
        if (this.#queue.lacksWorkers) this.#pool.grow();
        return;
      }
      const worker = this.#workerFor(ticket);
      if (worker === undefined) {
        this.#pool.grow();
        return;
      }
      this.#queue.remove(ticket);
      const batch = ticket.batchable ? this.#queue.takeBatch(ticket) : [];
      if (batch.length > 1) worker.assign(new BatchUnit(this.#newId(), batch, this.#batches));
      else worker.assign(ticket);
    }
  }

  /** Keeps a request from an idle worker for as long as its route's batches may wait for others. */
  #hold(ticket: QueuedTicket): boolean {
    const { batch } = ticket.job;
    if (batch === undefined || batch.policy.wait === 0) return false;
    let items = batch.items;
    for (const mate of this.#queue.mates(ticket)) items += mate.job.batch!.items;
    if (items >= batch.policy.max) {
      for (const mate of this.#queue.mates(ticket)) mate.heldUntil = 0;
      return false;
    }
    ticket.heldUntil = performance.now() + batch.policy.wait;
    setTimeout(() => {
      ticket.heldUntil = 0;
      this.workerIdle();
    }, batch.policy.wait);
    return true;
  }

  readonly #batches: BatchOwner = {
    computed: (requests, items, ms) => this.#options.batchComputed?.(requests, items, ms),
    divided: (ms) => this.#options.batchDivided?.(ms),
    check: (ticket, part) => this.#check(ticket, part),
  };

  /** Runs a request of a batch once more, alone, for comparison; its client has its answer meanwhile. */
  #check({ job }: QueuedTicket, part: unknown): void {
    const batch = job.batch!;
    this.submit({
      label: job.label,
      url: job.url,
      type: job.type,
      payload: () => job.payload(),
      safe: job.safe,
      urgent: false,
      routeTime: job.routeTime,
      load: job.load,
      timeout: job.timeout,
      settle: (outcome) => {
        if (outcome.kind !== 'answer' || !batch.succeeded(outcome.frame)) return;
        if (!batch.isSame(part, outcome.frame)) {
          batch.policy.distrust('a request has got another answer in a batch than alone');
        }
      },
    });
  }

  /**
   * An idle worker; or, for a brief request, one that runs other brief ones, so that R finds the next frame waiting.
   * Never one that may be slow: that would park a fast request behind a slow one. What can be batched rather waits for
   * others to join it.
   */
  #workerFor(ticket: QueuedTicket): Worker | undefined {
    const mayWaitThere = !ticket.batchable && (ticket.job.load?.most ?? Infinity) === Infinity;
    return this.#pool.take() ?? (mayWaitThere ? this.#pool.takeAhead(ticket) : undefined);
  }

  /** Whether there is a core for a further worker. */
  get #coreFree(): boolean {
    return this.#cores.isFree(this.#pool.busy);
  }

  /** No worker can be started: nobody should wait for one. */
  refuseAll(): void {
    for (const ticket of [...this.#queue]) {
      this.#queue.remove(ticket);
      ticket.settle({ kind: 'error', code: 'no_workers' });
    }
  }

  #expire(ticket: QueuedTicket): void {
    const { state, worker } = ticket;
    this.#queue.remove(ticket);
    const limit = `${ticket.job.timeout / 1000} s`;
    const detail =
      state === 'running' ? `It ran for the rest of ${limit}.` : `It waited ${limit} for a worker.`;
    ticket.settle({ kind: 'error', code: 'deadline_exceeded', detail });
    if (state === 'running' && worker !== undefined && ticket.batch?.awaited !== true)
      this.#pool.replace(worker, this.#options.interruptGrace);
  }

  /** A worker has done with a request of the route, which may be what others have waited for. */
  #leave(load: RouteLoad, { rTime, worker }: QueuedTicket): void {
    load.running -= 1;
    if (rTime !== undefined) load.observe(rTime, worker);
    if (this.#queue.holds) this.#handOutSoon(); // its worker may be idle by then
  }

  readonly #listener: TicketListener = {
    started: (ticket) => {
      this.#running += 1;
      const { crowd, job } = ticket;
      if (!ticket.leads) return;
      if (crowd !== undefined) crowd.calls += 1;
      if (job.load !== undefined) job.load.running += 1;
    },
    left: (ticket) => {
      this.#running -= 1;
      const { crowd, job } = ticket;
      if (crowd !== undefined && ticket.leads) {
        crowd.calls -= 1;
        crowd.endHold();
        if (crowd.waiting > 0) this.#gatherSoon(job.batch!.policy);
      }
      if (job.load !== undefined && ticket.leads) this.#leave(job.load, ticket);
      if (ticket.rTime === undefined) return;
      const took = ticket.rTime / ticket.batchSize;
      ticket.job.routeTime?.observe(took);
      this.#meanTime = this.#meanTime === 0 ? took : this.#meanTime * 0.95 + took * 0.05;
    },
    returned: (ticket) => {
      if (ticket.state === 'settled') return;
      ticket.requeue();
      this.#queue.addAhead(ticket);
      this.workerIdle();
    },
    lost: (ticket, exit, begun) => {
      // At least so long; what is never answered within its deadline would not be known to be slow.
      if (begun) ticket.job.load?.observe(performance.now() - ticket.startedAt!);
      if (ticket.state === 'settled') return;
      const maybeAgain = !begun || (ticket.job.safe && this.#options.retrySafe);
      // Once: what a worker has died of while it read it would bring down one after the other.
      if (maybeAgain && ticket.attempts === 1) {
        ticket.requeue();
        this.#queue.addAhead(ticket);
        this.workerIdle();
        return;
      }
      ticket.settle({ kind: 'error', code: 'worker_lost', detail: `It ${describeExit(exit)}.` });
    },
  };
}
