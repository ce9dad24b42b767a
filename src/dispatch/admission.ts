import type { QueuedTicket } from './queued-ticket.js';
import type { RouteLoad } from './route-load.js';

export interface AdmissionOptions {
  /** Workers that are kept for short requests; auto: a quarter, and at least one. */
  readonly reservedWorkers: number | 'auto';
  /** Milliseconds from which a request is not short. */
  readonly shortTime: number;
}

/** Milliseconds after the last short request in which workers are kept for the next. */
const KEEP_FOR = 60_000;

/**
 * Which requests may be given a worker: not more of a route at once than its `@concurrency` says, and of routes that are
 * slow, to go by what they have taken so far, only so many that some workers are left for short requests, as long as
 * there are such. A route that has never been answered may be slow; so there is one of it at first, and others only as if
 * it were.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #workers: () => number;
  /** Routes that were slow, or not known, when they were looked at last. */
  readonly #suspects = new Set<RouteLoad>();
  /** Routes of which requests wait here. */
  readonly #held = new Set<RouteLoad>();
  #size = 0;
  /** `performance.now()` of the last short request; undefined before the first. */
  #lastShort: number | undefined;

  /** @param workers gives the number of workers that there are */
  constructor(options: AdmissionOptions, workers: () => number) {
    this.#options = options;
    this.#workers = workers;
  }

  /** Requests that wait here. */
  get size(): number {
    return this.#size;
  }

  /** Whether something waits here that could run if there were more workers. */
  get lacksWorkers(): boolean {
    for (const load of this.#held) if (load.running < load.most) return true;
    return false;
  }

  /** Whether a request that has just come may be given a worker. */
  arrives(load: RouteLoad, now: number): boolean {
    if (load.known && load.time < this.#options.shortTime) this.#lastShort = now;
    return this.admits(load);
  }

  /** Whether a request of the route may be given a worker. */
  admits(load: RouteLoad): boolean {
    if (load.running >= load.most) return false;
    if (load.known && load.time < this.#options.shortTime) return true;
    this.#suspects.add(load);
    return !this.#isSlow(load) || this.#slowMayRun();
  }

  /** Keeps a request until it may be given a worker. */
  hold(ticket: QueuedTicket, load: RouteLoad): void {
    ticket.held = load;
    load.waiting.add(ticket);
    this.#held.add(load);
    this.#size += 1;
  }

  release(ticket: QueuedTicket, load: RouteLoad): void {
    ticket.held = undefined;
    load.waiting.delete(ticket);
    if (load.waiting.size === 0) this.#held.delete(load);
    this.#size -= 1;
  }

  /** Of the requests that wait here and may be given a worker by now, the one that has waited longest. */
  next(): QueuedTicket | undefined {
    let longest: QueuedTicket | undefined;
    for (const load of this.#held) {
      const ticket = load.waiting.values().next().value!;
      const longer = longest === undefined || ticket.queuedAt < longest.queuedAt;
      if (longer && this.admits(load)) longest = ticket;
    }
    return longest;
  }

  /** All that wait here. */
  *[Symbol.iterator](): Generator<QueuedTicket> {
    for (const { waiting } of this.#held) yield* waiting;
  }

  #isSlow({ known, running, time }: RouteLoad): boolean {
    return known ? time >= this.#options.shortTime : running > 0;
  }

  #slowMayRun(): boolean {
    const workers = this.#workers();
    const { reservedWorkers } = this.#options;
    const kept = reservedWorkers === 'auto' ? Math.max(1, Math.floor(workers / 4)) : reservedWorkers;
    if (kept === 0 || this.#lastShort === undefined || performance.now() - this.#lastShort > KEEP_FOR)
      return true;
    let running = 0;
    for (const load of this.#suspects) {
      if (this.#isSlow(load)) running += load.running;
      else if (load.known) this.#suspects.delete(load);
    }
    return running < Math.max(1, workers - kept);
  }
}
