import type { BatchPolicy } from './batch-policy.js';

/** An answer from this time on is slow: a request behind it in a worker's pipe would notice. */
const SLOW_ANSWER_MS = 5;
/** Answers before a route counts as brief, and answers after a slow one before it does so again. */
const ANSWERS_TO_TRUST = 8;
const ANSWERS_TO_FORGET = 64;
/** Weight of a new value in an average. */
const WEIGHT = 0.1;
/** Weight of a call that took longer than the average, where being late to notice costs more than being wrong. */
const LONGER_WEIGHT = 0.5;
/** Runs of a route on each worker that say nothing about later ones: R loads packages, then compiles what it calls. */
const COLD_RUNS = 2;

/** What one call of R took. */
export interface CallTime {
  readonly ms: number;
  /** Requests that the call answered. */
  readonly requests: number;
  /** The worker that ran it; undefined if it was lost. */
  readonly worker: object | undefined;
}

/** Work for workers. */
export interface Load {
  /** How long one worker needs for it, in ms; 0 if unknown. */
  readonly work: number;
  /** Workers that can be at it at once. */
  readonly workers: number;
}

/**
 * One endpoint as the dispatcher knows it: what it has in the workers and in the queue, and how long it takes. The one
 * place where the time of a route is learned. Three questions are asked of it, each with its own tolerance for error:
 * may a request wait behind it in a pipe (`expected`), is it slow (`time`), and how much work is there (`load`).
 */
export class Route {
  /** Workers that may run it at once. */
  readonly concurrency: number;
  readonly #batching: BatchPolicy | undefined;
  /** Calls of it that run, each on a worker. */
  running = 0;
  /** Requests that these calls are for. */
  runningRequests = 0;
  /** When the last of these calls was started, by the dispatcher's clock, and the sum of all these moments. */
  startedAt = 0;
  startedSum = 0;
  /** Requests of it that wait for a worker, and the items that they bring. */
  queued = 0;
  queuedItems = 0;
  readonly #runs = new WeakMap<object, number>();
  /** Nothing is known, or only what cold workers took. */
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

  /** How long a call keeps its worker, in ms: an average that follows a longer call at once. 0 if unknown. */
  get time(): number {
    return this.#time;
  }

  /** How long a request takes R, in ms: the mean over all that share a call. 0 if unknown. */
  get mean(): number {
    return this.#mean;
  }

  /** How long R will take for a request, in ms; Infinity if unknown, or if no request may wait behind it. */
  get expected(): number {
    return this.#prints || this.#answersToTrust > 0 ? Infinity : this.#brief;
  }

  /** Its requests that wait and what is left of those that run, at a moment by the dispatcher's clock. */
  load(now: number): Load {
    const elapsed = this.running * now - this.startedSum;
    const rest = Math.max(0, this.runningRequests * this.#mean - elapsed);
    const batching = this.#batching?.enabled === true;
    const waiting = batching ? this.#batching.timeFor(this.queuedItems) : this.queued * this.#mean;
    return { work: waiting + rest, workers: Math.min(this.concurrency, this.queued + this.running) };
  }

  /** Its handlers print. Behind one another in a pipe, nobody could tell which request printed a line. */
  printed(): void {
    this.#prints = true;
  }

  observe({ ms, requests, worker }: CallTime): void {
    const cold = worker !== undefined && this.#isCold(worker);
    this.#observeCall(ms, cold);
    if (!cold) {
      this.#warmCalls += 1;
      this.#mean += (ms / requests - this.#mean) * Math.max(WEIGHT, 1 / this.#warmCalls);
    }
    if (worker !== undefined) this.#observeAnswer(ms / requests);
  }

  #isCold(worker: object): boolean {
    const runs = this.#runs.get(worker) ?? 0;
    if (runs < COLD_RUNS) this.#runs.set(worker, runs + 1);
    return runs < COLD_RUNS;
  }

  /** Cold calls count only while nothing better is known, and never make the route slower. */
  #observeCall(ms: number, cold: boolean): void {
    const first = this.#state === 'unknown' || (this.#state === 'cold' && (!cold || ms < this.#time));
    if (first) this.#time = ms;
    else if (ms < this.#time) this.#time += (ms - this.#time) * WEIGHT;
    else if (!cold) this.#time += (ms - this.#time) * LONGER_WEIGHT;
    if (!cold) this.#state = 'warm';
    else if (this.#state === 'unknown') this.#state = 'cold';
  }

  /** A slow answer counts at once. Below that the mean counts: a busy machine delays any answer by a millisecond. */
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
