import { Crowd } from './crowd.js';
import { LinearCost } from './linear-cost.js';

/** First batches of a route of which one request is also run alone, to see that its answer is the same. */
const CHECKS = 3;
/** Batches that may fail though each of their requests succeeds alone, until the handler counts as not vectorised. */
const MOST_FAILURES = 3;
/** Share of the time to the nearest deadline that a batch may take. */
const SHARE = 0.5;

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
  #enabled = true;
  #checks: number;
  #failures = 0;

  /**
   * @param distrusted called once, if the function turns out not to be vectorised
   * @param checked    whether the function is known to be: then nothing is run alone to see
   */
  constructor({ max, wait }: BatchLimits, distrusted: Distrust, checked = false) {
    this.max = max;
    this.wait = wait;
    this.#distrusted = distrusted;
    this.#checks = checked ? 0 : CHECKS;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** Items that a batch may have when the nearest deadline of its requests is `remaining` ms away. */
  limit(remaining: number): number {
    return Math.min(this.max, this.#cost.itemsWithin(remaining * SHARE));
  }

  /** Milliseconds that a call takes, usually. */
  get usualTime(): number {
    return this.#cost.mean;
  }

  /** A call of so many items has taken so long. */
  observe(items: number, ms: number): void {
    this.#cost.observe(items, ms);
  }

  /** Whether one request of a batch is to be run alone as well. */
  takeCheck(): boolean {
    if (this.#checks === 0) return false;
    this.#checks -= 1;
    return true;
  }

  /** A batch failed; `alone` tells whether all its requests succeed one by one. */
  failed(alone: boolean): void {
    if (!alone) return;
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) this.distrust('it fails in batches of requests that succeed alone');
  }

  distrust(reason: string): void {
    if (!this.#enabled) return;
    this.#enabled = false;
    this.#distrusted(reason);
  }
}
