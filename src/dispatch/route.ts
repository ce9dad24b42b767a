import type { Linked } from '../linked-list.js';
import type { BatchPolicy } from './batch-policy.js';

/** Answers that take at least this long are slow: they would delay a request behind them in a worker's pipe. */
const SLOW_ANSWER_MS = 5;
/** Number of answers before a route counts as brief, at first and after a slow answer. */
const ANSWERS_TO_TRUST = 8;
const ANSWERS_TO_FORGET = 64;
/** Weight of a new value in an average. */
const WEIGHT = 0.1;
/** Weight of a call that took longer than average. Noticing a slow route late costs more than an error. */
const LONGER_WEIGHT = 0.5;
/** How long a request may wait, in ms, before it counts as work for another worker. */
const TARGET_WAIT_MS = 1000;
/** Runs of a route on each worker that count as cold: R first loads packages, then compiles functions. */
const COLD_RUNS = 2;

/**
 * What a call counts as keeping its worker beyond twice its time in R, in ms. A gateway that is busy with a burst of new
 * requests reads answers late, from all workers at once and for a moment only. Counted in full, one such moment would
 * make the requests of the burst look as if they could not be answered in time.
 */
const MAX_WAY_MS = 10;

/** The time that one call took in R. */
export interface CallTime {
  readonly ms: number;
  /** How long it kept its worker, in ms, with the way there and back; `ms` by default. */
  readonly occupied?: number;
  /** Number of requests that the call answered. */
  readonly requests: number;
  /** The worker that ran it; undefined if it was lost. */
  readonly worker: object | undefined;
  /** It did not end by itself: without an interrupt or the end of its worker it would have taken longer. */
  readonly cut?: boolean;
}

/** Work for workers. */
export interface Load {
  /** How long one worker needs for it, in ms; 0 if unknown. */
  readonly work: number;
  /** Workers that can be at it at once. */
  readonly workers: number;
}

/**
 * One endpoint as the dispatcher sees it: its requests in the workers and in the queue, and how long they take. This is
 * the only place that learns the time of a route. It answers three questions, each with its own tolerance for error:
 * may a request wait behind it in a pipe (`expected`), is it slow (`time`), and how much work is there (`load`).
 */
export class Route implements Linked<Route> {
  next: Route | undefined;
  previous: Route | undefined;
  listed = false;
  /** Maximum number of its calls that run or are open at the same time. */
  readonly concurrency: number;
  readonly #batching: BatchPolicy | undefined;
  /** Number of running calls, each on a worker. */
  running = 0;
  /** Number of its requests that wait for a promise in R. */
  open = 0;
  /** Number of requests in these calls. */
  runningRequests = 0;
  /** When the latest of these calls was started, by the dispatcher's clock, and the sum of all their start times. */
  startedAt = 0;
  startedSum = 0;
  /** Number of requests in the call that ended last. */
  lastRequests = 0;
  /** Number of requests that wait for a worker, and of their items. */
  queued = 0;
  queuedItems = 0;
  readonly #runs = new WeakMap<object, number>();
  /** Whether the time is unknown, or known from cold workers only. */
  #state: 'unknown' | 'cold' | 'warm' = 'unknown';
  #time = 0;
  #mean = 0;
  #warmCalls = 0;
  #brief = 0;
  #briefAnswers = 0;
  #answersToTrust = ANSWERS_TO_TRUST;
  #prints = false;

  constructor(concurrency = Infinity, batching?: BatchPolicy) {
    this.concurrency = concurrency;
    this.#batching = batching;
  }

  /** Whether R has ever answered it. */
  get known(): boolean {
    return this.#state !== 'unknown';
  }

  /** How many more calls of it may run now. */
  get room(): number {
    return Math.max(0, this.concurrency - this.running - this.open);
  }

  get isFull(): boolean {
    return this.room === 0;
  }

  /**
   * How long a call occupies its worker, in ms: an average that reacts quickly to longer calls. If R has never answered
   * it, the time that it takes at least.
   */
  get time(): number {
    return this.#time;
  }

  /**
   * How long R needs per request, in ms; the time of a call is divided by its requests. 0 if unknown. A lower bound if
   * R has never answered it.
   */
  get mean(): number {
    return this.#mean;
  }

  /** How long R will take for a request, in ms; Infinity if unknown, or if no request may wait behind it. */
  get expected(): number {
    return this.#prints || this.#answersToTrust > 0 ? Infinity : this.#brief;
  }

  /**
   * How many workers its waiting requests could use, so that each waits no longer than TARGET_WAIT_MS. A request of
   * unknown time counts as one.
   */
  get demand(): number {
    return this.queued * (this.#warmCalls === 0 ? 1 : Math.min(1, this.#mean / TARGET_WAIT_MS));
  }

  /** The work of the waiting requests, and the rest of the running ones. */
  load(now: number): Load {
    return { work: this.work(now), workers: Math.min(this.concurrency, this.queued + this.running) };
  }

  /** How long one worker needs for these requests, in ms; 0 if unknown. */
  work(now: number): number {
    const elapsed = this.running * now - this.startedSum;
    const rest = Math.max(0, this.runningRequests * this.#mean - elapsed);
    const batching = this.#batching?.enabled === true;
    return rest + (batching ? this.#batching.timeFor(this.queuedItems) : this.queued * this.#mean);
  }

  /** Its handler prints. With several requests in a pipe, a printed line could not be attributed to one. */
  printed(): void {
    this.#prints = true;
  }

  observe(call: CallTime): void {
    const { cut = false, ms, requests, worker } = call;
    const occupied = Math.min(call.occupied ?? ms, 2 * ms + MAX_WAY_MS);
    const runs = worker === undefined ? COLD_RUNS : (this.#runs.get(worker) ?? 0);
    const cold = runs < COLD_RUNS;
    if (cut) {
      this.#observeCut(ms, occupied / requests, cold);
      return;
    }
    if (cold) this.#runs.set(worker!, runs + 1);
    this.#observeCall(ms, cold);
    if (!cold) {
      this.#warmCalls += 1;
      this.#mean += (occupied / requests - this.#mean) * Math.max(WEIGHT, 1 / this.#warmCalls);
    }
    if (worker !== undefined) this.#observeAnswer(ms / requests);
  }

  /** Cold calls count only while no others are known, and never make the route count as slower. */
  #observeCall(ms: number, cold: boolean): void {
    const first = this.#state === 'unknown' || (this.#state === 'cold' && (!cold || ms < this.#time));
    if (first) this.#time = ms;
    else if (ms < this.#time) this.#time += (ms - this.#time) * WEIGHT;
    else if (!cold) this.#time += (ms - this.#time) * LONGER_WEIGHT;
    if (!cold) this.#state = 'warm';
    else if (this.#state === 'unknown') this.#state = 'cold';
  }

  /** A lower bound counts only if it is above what is known. Otherwise clients that leave early would make a route short. */
  #observeCut(ms: number, perRequest: number, cold: boolean): void {
    if (ms > this.#time && !(cold && this.known))
      this.#time += (ms - this.#time) * (this.known ? LONGER_WEIGHT : 1);
    if (perRequest > this.#mean && !cold)
      this.#mean += (perRequest - this.#mean) * (this.#warmCalls === 0 ? 1 : WEIGHT);
    if (ms >= SLOW_ANSWER_MS) this.#answersToTrust = ANSWERS_TO_FORGET;
  }

  /** One slow answer counts at once. For others the mean counts: a busy machine delays any answer by a millisecond. */
  #observeAnswer(ms: number): void {
    this.#briefAnswers += 1;
    if (ms >= SLOW_ANSWER_MS) {
      this.#answersToTrust = ANSWERS_TO_FORGET;
      return;
    }
    if (this.#answersToTrust > 0) this.#answersToTrust -= 1;
    this.#brief += (ms - this.#brief) * Math.max(WEIGHT, 1 / this.#briefAnswers);
  }
}
