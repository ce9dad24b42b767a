import type { Isolation } from './isolation.js';
import type { Route } from './route.js';

/**
 * A request may wait only if its answer is expected within this share of its time limit. The rest is a reserve for what
 * the estimate can't know, such as other routes that become slow or workers that are replaced.
 */
export const DEADLINE_SHARE = 0.8;

/** Share of the queue that requests of routes at their limit of workers may fill. */
const HELD_SHARE = 3 / 4;

/** The queue, as admission sees it. */
export interface Backlog {
  /** Number of waiting requests. */
  readonly waiting: number;
  /** Number of those whose routes are at their limit of workers. */
  readonly held: number;
  /** Routes with requests in the queue. */
  readonly routes: Iterable<Route>;
}

/** A new request that can't be given a worker at once. */
export interface Arrival {
  /** Undefined if unknown. */
  readonly route: Route | undefined;
  /** Its time limit, in ms. */
  readonly timeout: number;
  /** Whether its route may use another worker. */
  readonly admitted: boolean;
}

/**
 * Decides whether a request may wait. The limit is time: the estimated work ahead of it and the request itself must fit
 * into a share of its time limit. While nothing is known about the routes, it may wait. A second limit, the number of
 * waiting requests, bounds memory.
 */
export class Admission {
  readonly #limit: number;
  readonly #isolation: Isolation;
  readonly #backlog: Backlog;

  /** @param limit maximum number of waiting requests */
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
   * @param route the route of the request; undefined for one that waits for all other requests
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
