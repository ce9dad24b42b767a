import type { Clock } from '../clock.js';
import type { Isolation } from './isolation.js';
import type { Load, Route } from './route.js';

/**
 * A request may wait only if its answer is expected within this share of its time limit. The rest is a reserve for what
 * the estimate can't know, such as other routes that become slow or workers that are replaced.
 */
const DEADLINE_SHARE = 0.8;

/** Share of the queue that requests of routes at their limit of workers may fill. */
const HELD_SHARE = 3 / 4;

/** The queue, as admission sees it. */
export interface Backlog {
  /** Number of waiting requests. */
  readonly waiting: number;
  /** Number of those whose routes are at their limit of workers. */
  readonly held: number;
  /** Routes with requests in the queue or in R. */
  readonly routes: Iterable<Route>;
  /** How long one worker needs for all of them, in ms, at a moment by the clock. */
  work(now: number): number;
}

/** A new request that can't be given a worker at once. */
export interface Arrival {
  /** Undefined if unknown. */
  readonly route: Route | undefined;
  /** Its time limit, in ms. */
  readonly timeout: number;
  /** How long it may wait for a worker, in ms, if that has a limit of its own. */
  readonly queueTimeout?: number | undefined;
  /** Whether its route may use another worker. */
  readonly admitted: boolean;
}

export interface Rejection {
  readonly code: 'no_worker_free' | 'queue_full';
  readonly detail?: string;
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
  readonly #clock: Clock;

  /** @param limit maximum number of waiting requests */
  constructor(limit: number, isolation: Isolation, backlog: Backlog, clock: Clock) {
    this.#limit = limit;
    this.#isolation = isolation;
    this.#backlog = backlog;
    this.#clock = clock;
  }

  /** Why a request may not wait; undefined if it may. */
  rejection(arrival: Arrival): Rejection | undefined {
    const { queueTimeout, route } = arrival;
    // Another replica may have a free worker, and the load balancer does not lose time by asking it.
    if (queueTimeout !== undefined && this.#waits(route).most > queueTimeout)
      return { code: 'no_worker_free' };
    const detail = this.#overload(arrival);
    return detail === undefined ? undefined : { code: 'queue_full', detail };
  }

  #overload({ admitted, route, timeout }: Arrival): string | undefined {
    const { held, waiting } = this.#backlog;
    if (waiting >= this.#limit || (!admitted && held >= Math.ceil(this.#limit * HELD_SHARE)))
      return `${waiting} wait already.`;
    const time = route?.mean ?? 0;
    // Usually even one worker would do all of it in time.
    if (this.#backlog.work(this.#clock.now()) + time <= timeout * DEADLINE_SHARE) return undefined;
    const { least, most } = this.#waits(route);
    if (most === 0 || (least + time <= timeout * DEADLINE_SHARE && most + time <= timeout)) return undefined;
    return `It would wait ${seconds(most)} of the ${seconds(timeout)} that it has.`;
  }

  /** How long one that waits for all other requests is expected to wait for a worker, in ms; 0 if unknown. */
  get wait(): number {
    return this.#waits(undefined).most;
  }

  /**
   * How long a request waits for a worker, in ms: for its route if that may not have all workers, for slow requests if it
   * is slow, and among all others. It may wait for these at once, or for one after the other.
   */
  #waits(route: Route | undefined): { least: number; most: number } {
    const { separates, slowWorkers, workers } = this.#isolation;
    const isApart = (each: Route): boolean => separates && this.#isolation.isSlow(each);
    const now = this.#clock.now();
    const limited = route !== undefined && route.concurrency < workers;
    const mine = limited ? [route.load(now)] : [];
    const own = limited ? mine[0]!.work / route.concurrency : 0;
    const others: Load[] = [];
    const slow: Load[] = [];
    for (const each of this.#backlog.routes) {
      if (limited && each === route) continue;
      (isApart(each) ? slow : others).push(each.load(now));
    }
    if (route !== undefined && isApart(route)) {
      // Short requests, however many, have no slow one rejected that has time for them.
      const least = Math.max(own, endOf([...slow, ...mine], slowWorkers));
      return { least, most: own + endOf(slow, slowWorkers) + endOf(others, workers) };
    }
    others.push(joined(slow, slowWorkers));
    return { least: Math.max(own, endOf([...others, ...mine], workers)), most: own + endOf(others, workers) };
  }
}

/**
 * After how many ms one of the workers has no work left. A load that may not have all workers leaves the rest of them to
 * the others, however much work it has.
 */
function endOf(loads: readonly Load[], workers: number): number {
  let end = Infinity;
  for (;;) {
    let free = workers;
    let work = 0;
    for (const load of loads) {
      if (load.work > load.workers * end) free -= load.workers;
      else work += load.work;
    }
    const earlier = free > 0 ? work / free : end;
    if (earlier >= end) return end;
    end = earlier;
  }
}

function joined(loads: readonly Load[], workers: number): Load {
  let work = 0;
  let most = 0;
  for (const load of loads) {
    work += load.work;
    most += load.workers;
  }
  return { work, workers: Math.min(most, workers) };
}

function seconds(ms: number): string {
  return `${ms < 9950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}
