import { LinearCost } from './linear-cost.js';

/**
 * A route is trusted after some trials in which all requests got the answer that they had got alone: after three, or
 * after thirty if the answers to the requests of each are equal, which says little.
 */
const TRUST = 30;
const TRUST_BY_DIFFERENT_ANSWERS = 10;
const TRUST_BY_EQUAL_ANSWERS = 1;
/** Batches of a trusted route until the next check: not every batch shows that a function mixes its rows. */
const BATCHES_BETWEEN_CHECKS = 1000;
/** After this many batches that failed although each request succeeds alone, the route is no longer batched. */
const MOST_FAILURES = 3;
/** Share of the time until the nearest deadline that a batch may take. */
const DEADLINE_SHARE = 0.5;
/** Weight of a call in the average call time. It is high enough to forget the first calls, on cold workers, quickly. */
const WEIGHT = 0.1;
/** Calls up to this length are brief: the next batch may wait for such a call to end, at most this long. */
const BRIEF_CALL_MS = 5;

export interface BatchLimits {
  /** Maximum number of items in a batch. */
  readonly max: number;
  /** How long a request may wait for others while a worker is idle, in ms. */
  readonly wait: number;
}

/** What a route's trials have shown. Each is called once at most. */
export interface BatchReports {
  /** Its requests are batched from now on. */
  readonly batched: () => void;
  /** Its requests are not batched, or no longer: the function turned out not to be vectorised. */
  readonly notBatched: (reason: string) => void;
}

/** The running calls and waiting requests of a route. */
export interface BatchLoad {
  readonly running: number;
  readonly runningRequests: number;
  readonly startedAt: number;
  readonly queued: number;
}

export const NO_REPORTS: BatchReports = { batched: () => {}, notBatched: () => {} };

/** How the requests of one route are batched, and what has been learned about that. */
export class BatchPolicy implements BatchLimits {
  readonly max: number;
  readonly wait: number;
  readonly #cost = new LinearCost();
  readonly #reports: BatchReports;
  #usualTime = Infinity;
  #enabled = true;
  readonly #known: boolean;
  /** How much the trials have shown. */
  #trust = 0;
  /** Number of answered batches. */
  #batches = 0;
  #failures = 0;

  /**
   * @param known    whether the function is known to be vectorised, so that it needs no trials and checks
   */
  constructor({ max, wait }: BatchLimits, reports: BatchReports, known = false) {
    this.max = max;
    this.wait = wait;
    this.#reports = reports;
    this.#known = known;
  }

  /** Whether requests may share a batch. */
  get enabled(): boolean {
    return this.#enabled && (this.#known || this.#trust >= TRUST);
  }

  /** Whether trials have to show first that the function is vectorised. */
  get onTrial(): boolean {
    return this.#enabled && !this.enabled;
  }

  /** How many items a batch may have if the nearest deadline of its requests is in `remaining` ms. */
  limit(remaining: number): number {
    return Math.min(this.max, this.#cost.itemsWithin(remaining * DEADLINE_SHARE));
  }

  /** How long one worker needs for `items`, in ms; 0 if unknown. */
  timeFor(items: number): number {
    return this.#cost.timeFor(items, this.max);
  }

  /**
   * Until when the waiting requests of a route should wait for a running brief call of the same route to end, even if a
   * worker is idle; 0 if they should not. Each call has a fixed cost of CPU time, however few requests it is for, so a
   * second call next to the first must be worth that cost.
   *
   * @param coreFree whether a CPU core is free for one more R process
   */
  holdUntil({ queued, running, runningRequests, startedAt }: BatchLoad, coreFree: boolean): number {
    if (running === 0 || this.#usualTime > BRIEF_CALL_MS) return 0;
    if (coreFree && queued >= runningRequests) return 0;
    return startedAt + BRIEF_CALL_MS;
  }

  /** Learns from the time of a call. */
  observe(items: number, ms: number): void {
    this.#cost.observe(items, ms);
    if (this.#usualTime === Infinity) this.#usualTime = ms;
    else this.#usualTime += (ms - this.#usualTime) * WEIGHT;
  }

  /** Whether one request of the next answered batch must run alone, to compare the answers before they are sent. */
  takeCheck(): boolean {
    if (this.#known) return false;
    this.#batches += 1;
    return this.#batches % BATCHES_BETWEEN_CHECKS === 0;
  }

  /** All requests of a trial got the same answer as alone. `differ` tells whether their answers differ from each other. */
  confirmed(differ: boolean): void {
    if (!this.onTrial) return;
    this.#trust += differ ? TRUST_BY_DIFFERENT_ANSWERS : TRUST_BY_EQUAL_ANSWERS;
    if (this.enabled) this.#reports.batched();
  }

  /** A request got another answer alone. */
  contradicted(): void {
    this.disable('a request has got another answer in a batch than alone');
  }

  /** A batch failed. `alone` tells whether all its requests succeeded one by one. */
  failed(alone: boolean, reason = 'it fails in batches of requests that succeed alone'): void {
    if (!alone) return;
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) this.disable(reason);
  }

  disable(reason: string): void {
    if (!this.#enabled) return;
    this.#enabled = false;
    this.#reports.notBatched(reason);
  }
}
