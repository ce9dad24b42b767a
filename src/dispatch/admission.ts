import type { Isolation } from './isolation.js';
import type { Route } from './route.js';

/**
 * Share of its deadline within which a request must be expected to have its answer. The rest is for what the estimate
 * does not know: other routes that become slow, workers that are replaced.
 */
export const DEADLINE_SHARE = 0.8;

/** Share of the queue's limit that requests may fill whose routes have all the workers that they may have. */
const HELD_SHARE = 3 / 4;

/** The queue, as far as the decision needs it. */
export interface Backlog {
  /** Requests that wait. */
  readonly waiting: number;
  /** Those of them whose routes have all the workers that they may have. */
  readonly held: number;
  /** Routes that have requests in the queue. */
  readonly routes: Iterable<Route>;
}

/** A request that has come and can't be given a worker at once. */
export interface Arrival {
  /** Undefined if nothing is known about it. */
  readonly route: Route | undefined;
  /** Milliseconds in which it has to be answered. */
  readonly timeout: number;
  /** Whether its route may have another worker. */
  readonly admitted: boolean;
}

/**
 * Decides whether a request may wait. The bound is time: the work ahead of it, by what is known of its routes, must
 * leave room for the request itself within a share of its deadline. While nothing is known it may wait. The number of
 * waiting requests is a second bound, for memory.
 */
export class Admission {
  readonly #limit: number;
  readonly #isolation: Isolation;
  readonly #backlog: Backlog;

  /** @param limit requests that may wait */
  constructor(limit: number, isolation: Isolation, backlog: Backlog) {
    this.#limit = limit;
    this.#isolation = isolation;
    this.#backlog = backlog;
  }

  /** Why a request may not wait; undefined if it may. */
  rejection({ admitted, route, timeout }: Arrival): string | undefined {
    const { held, waiting } = this.#backlog;
    if (waiting >= this.#limit || (!admitted && held >= Math.ceil(this.#limit * HELD_SHARE)))
      return `${waiting} wait already.`;
    const wait = this.wait(route);
    if (wait === 0 || wait + (route?.mean ?? 0) <= timeout * DEADLINE_SHARE) return undefined;
    return `It would wait ${seconds(wait)} of the ${seconds(timeout)} that it has.`;
  }

  /**
   * How long a request is expected to wait for a worker, in ms; 0 if unknown.
   *
   * @param route of the request; undefined for one that waits for all other requests
   */
  wait(route?: Route): number {
    const isolation = this.#isolation;
    const slow = route !== undefined && isolation.isSlow(route);
    const apart = route !== undefined && isolation.separates;
    let work = 0;
    for (const other of this.#backlog.routes) {
      if (!apart || isolation.isSlow(other) === slow) work += other.work;
    }
    const workers = isolation.workersFor(apart ? (slow ? 'slow' : 'others') : 'all');
    const shared = work / workers;
    if (route === undefined || route.concurrency >= workers) return shared;
    return Math.max(shared, route.work / route.concurrency);
  }
}

function seconds(ms: number): string {
  return `${ms < 9950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}
