import { LinearCost } from './linear-cost.js';

/** For this many first batches of a route, one request also runs alone, to check that its answer is the same. */
const FIRST_CHECKS = 3;
/** Batches until the next check: not every batch shows that a function mixes its rows. */
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

/** The running calls and waiting requests of a route. */
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
  /** Number of answered batches. */
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

  /** Whether one request of this batch should also run alone. */
  takeCheck(): boolean {
    if (this.#checked) return false;
    const count = this.#batches++;
    return count < FIRST_CHECKS || count % BATCHES_BETWEEN_CHECKS === 0;
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
    this.#disabled(reason);
  }
}
