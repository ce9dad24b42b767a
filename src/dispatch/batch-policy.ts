import { LinearCost } from './linear-cost.js';

/** First batches of a route of which one request is also run alone, to see that its answer is the same. */
const FIRST_CHECKS = 3;
/** Batches after which that is done again: not every batch shows that a function mixes its rows. */
const CHECK_INTERVAL = 1000;
/** Batches that may fail although each of their requests succeeds alone. After that the route is not batched. */
const MOST_FAILURES = 3;
/** Share of the time to the nearest deadline that a batch may take. */
const DEADLINE_SHARE = 0.5;
/** Weight of a call in the average of what calls take. The first calls, on cold workers, are soon forgotten. */
const WEIGHT = 0.1;
/** A call up to this long is brief: the next batch may wait for its end, and waits at most this long. */
const BRIEF_CALL_MS = 5;

export interface BatchLimits {
  /** Items of a batch at most. */
  readonly max: number;
  /** How long a request may wait for others although a worker is idle, in ms. */
  readonly wait: number;
}

/** The calls of a route that run, and its requests that wait. */
export interface BatchLoad {
  readonly running: number;
  readonly runningRequests: number;
  readonly startedAt: number;
  readonly queued: number;
}

/** How the requests of one route are batched, and what has been learned about that. */
export class BatchPolicy implements BatchLimits {
  readonly max: number;
  readonly wait: number;
  readonly #cost = new LinearCost();
  readonly #disabled: (reason: string) => void;
  #usualTime = Infinity;
  #enabled = true;
  readonly #checked: boolean;
  /** Batches that have had an answer. */
  #batches = 0;
  #failures = 0;

  /**
   * @param disabled called once with the reason, if the function turns out not to be vectorised
   * @param checked  whether the function is known to be vectorised: then no request is run alone to compare
   */
  constructor({ max, wait }: BatchLimits, disabled: (reason: string) => void, checked = false) {
    this.max = max;
    this.wait = wait;
    this.#disabled = disabled;
    this.#checked = checked;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** Items that a batch may have when the nearest deadline of its requests is `remaining` ms away. */
  limit(remaining: number): number {
    return Math.min(this.max, this.#cost.itemsWithin(remaining * DEADLINE_SHARE));
  }

  /** How long one worker needs for so many items, in ms; 0 while nothing is known. */
  timeFor(items: number): number {
    return this.#cost.timeFor(items, this.max);
  }

  /**
   * Until when the waiting requests of a route should wait for a brief call of it that runs, although another worker is
   * idle; 0 if they should not. Each call costs a core its fixed part, however few requests it is for, so a second call
   * beside the first must be worth it.
   *
   * @param coreFree whether there is a core for one more R process to run on
   */
  holdUntil({ queued, running, runningRequests, startedAt }: BatchLoad, coreFree: boolean): number {
    if (running === 0 || this.#usualTime > BRIEF_CALL_MS) return 0;
    if (coreFree && queued >= runningRequests) return 0;
    return startedAt + BRIEF_CALL_MS;
  }

  /** A call of so many items has taken so long. */
  observe(items: number, ms: number): void {
    this.#cost.observe(items, ms);
    if (this.#usualTime === Infinity) this.#usualTime = ms;
    else this.#usualTime += (ms - this.#usualTime) * WEIGHT;
  }

  /** Whether one request of a batch is to be run alone as well. */
  takeCheck(): boolean {
    if (this.#checked) return false;
    const count = this.#batches++;
    return count < FIRST_CHECKS || count % CHECK_INTERVAL === 0;
  }

  /** A batch failed, for a reason if one is known; `alone` tells whether all its requests succeed one by one. */
  failed(alone: boolean, reason = 'it fails in batches of requests that succeed alone'): void {
    if (!alone) return;
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) this.disable(reason);
  }

  disable(reason: string): void {
    if (!this.#enabled) return;
    this.#enabled = false;
    this.#disabled(reason);
  }
}
