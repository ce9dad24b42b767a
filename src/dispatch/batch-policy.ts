import { Crowd } from './crowd.js';
import { LinearCost } from './linear-cost.js';

/** First batches of a route of which one request is also run alone, to see that its answer is the same. */
const CHECKS = 3;
/** Batches after which that is done again, since not every batch shows that a function mixes its rows. */
const CHECK_EVERY = 1000;
/** Batches that may fail though each of their requests succeeds alone, until the handler counts as not vectorised. */
const MOST_FAILURES = 3;
/** Share of the time to the nearest deadline that a batch may take. */
const SHARE = 0.5;
/** Weight of a call in the average of what calls take: the first ones, for which R is not prepared, are soon forgotten. */
const WEIGHT = 0.1;

export interface BatchLimits {
  /** Items of a batch at most. */
  readonly max: number;
  /** Milliseconds that an idle worker is kept from a request, for others to come. */
  readonly wait: number;
}

/** Why a route is not batched any more. */
export type Distrust = (reason: string) => void;

/** How the requests of one route are batched, and what has been learned of it. */
export class BatchPolicy implements BatchLimits {
  readonly max: number;
  readonly wait: number;
  readonly crowd = new Crowd();
  readonly #cost = new LinearCost();
  readonly #distrusted: Distrust;
  #usualTime = Infinity;
  #enabled = true;
  readonly #checked: boolean;
  /** Batches that have had an answer. */
  #batches = 0;
  #failures = 0;

  /**
   * @param distrusted called once, if the function turns out not to be vectorised
   * @param checked    whether the function is known to be: then nothing is run alone to see
   */
  constructor({ max, wait }: BatchLimits, distrusted: Distrust, checked = false) {
    this.max = max;
    this.wait = wait;
    this.#distrusted = distrusted;
    this.#checked = checked;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** Items that a batch may have when the nearest deadline of its requests is `remaining` ms away. */
  limit(remaining: number): number {
    return Math.min(this.max, this.#cost.itemsWithin(remaining * SHARE));
  }

  /** Milliseconds that a call takes, usually; Infinity while nothing is known. */
  get usualTime(): number {
    return this.#usualTime;
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
    return count < CHECKS || count % CHECK_EVERY === 0;
  }

  /** A batch failed, for a reason if one is known; `alone` tells whether all its requests succeed one by one. */
  failed(alone: boolean, reason = 'it fails in batches of requests that succeed alone'): void {
    if (!alone) return;
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) this.distrust(reason);
  }

  distrust(reason: string): void {
    if (!this.#enabled) return;
    this.#enabled = false;
    this.#distrusted(reason);
  }
}
