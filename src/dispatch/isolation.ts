import type { Clock, Timer } from '../clock.js';
import { LinkedList } from '../linked-list.js';
import type { QueuedTicket } from './queued-ticket.js';
import type { Route } from './route.js';

export interface IsolationOptions {
  /** Workers reserved for short requests; auto reserves a quarter, at least one. */
  readonly reservedWorkers: number | 'auto';
  /** Requests that take at least this long are slow, in ms. */
  readonly shortTime: number;
}

/** How long workers stay reserved after the last short request. */
const KEEP_MS = 60_000;

/**
 * Decides which requests may be given a worker. A route may use as many workers as its `@concurrency` allows, and all
 * slow routes together leave some workers free for short requests. A route that R has never answered may be slow: its
 * first request runs, and further ones are treated as slow.
 */
export class Isolation {
  readonly #options: IsolationOptions;
  readonly #clock: Clock;
  readonly #workers: () => number;
  readonly #active: Iterable<Route>;
  /** The requests that wait here, by route, in order of arrival. */
  readonly #held = new Map<Route, LinkedList<QueuedTicket>>();
  #size = 0;
  /** When the last short request came; undefined before the first. */
  #lastShort: number | undefined;
  readonly #freed: () => void;
  /** Runs while requests wait here and workers are reserved. */
  #timer: Timer;

  /**
   * @param workers returns the number of workers
   * @param active  the routes with requests in R; the caller keeps it up to date
   * @param freed   called when workers are no longer reserved and requests wait here
   */
  constructor(
    options: IsolationOptions,
    clock: Clock,
    workers: () => number,
    active: Iterable<Route>,
    freed: () => void = () => {},
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#workers = workers;
    this.#active = active;
    this.#freed = freed;
  }

  /** Number of requests that wait here. */
  get size(): number {
    return this.#size;
  }

  /** Whether a waiting request could run if there were more workers. */
  get lacksWorkers(): boolean {
    for (const route of this.#held.keys()) if (!route.isFull) return true;
    return false;
  }

  /**
   * Called for each new request of a route, and again when R has answered it: only then the time of a new route is known.
   *
   * @param at when the request came, by the clock
   */
  arrived(route: Route, at: number): void {
    if (!this.isShort(route)) return;
    this.#lastShort = Math.max(this.#lastShort ?? at, at);
    this.#awaitEnd();
  }

  /** Whether a request of the route may be given a worker. */
  admits(route: Route): boolean {
    if (route.isFull) return false;
    if (!this.isSlow(route) || this.#kept === 0) return true;
    return this.#slowRunning < this.slowWorkers;
  }

  isShort(route: Route): boolean {
    return route.known && route.time < this.#options.shortTime;
  }

  isSlow(route: Route): boolean {
    return route.time >= this.#options.shortTime || (!route.known && route.running > 0);
  }

  /** Whether workers are reserved now, so that short requests do not wait for slow ones. */
  get separates(): boolean {
    return this.#workers() > 1 && this.#kept > 0;
  }

  /** Number of workers, at least 1, and of those that slow requests may have. */
  get workers(): number {
    return Math.max(1, this.#workers());
  }

  get slowWorkers(): number {
    return Math.max(1, this.#workers() - this.#kept);
  }

  /** Keeps a request until it may be given a worker. */
  hold(ticket: QueuedTicket, route: Route): void {
    ticket.held = true;
    let tickets = this.#held.get(route);
    if (tickets === undefined) {
      tickets = new LinkedList();
      this.#held.set(route, tickets);
    }
    // Older ones come from the line later than those that found their route without a worker.
    tickets.add(ticket, ({ queuedAt }) => queuedAt > ticket.queuedAt);
    this.#size += 1;
    this.#awaitEnd();
  }

  release(ticket: QueuedTicket, route: Route): void {
    ticket.held = false;
    const tickets = this.#held.get(route)!;
    tickets.delete(ticket);
    if (tickets.size === 0) this.#held.delete(route);
    this.#size -= 1;
    if (this.#size > 0) return;
    this.#clock.cancel(this.#timer);
    this.#timer = undefined;
  }

  /** The oldest request that waits here and may be given a worker now. */
  next(): QueuedTicket | undefined {
    let longest: QueuedTicket | undefined;
    for (const [route, tickets] of this.#held) {
      const ticket = tickets.first!;
      const longer = longest === undefined || ticket.queuedAt < longest.queuedAt;
      if (longer && this.admits(route)) longest = ticket;
    }
    return longest;
  }

  /** The requests of a route that wait here. */
  *waiting(route: Route): Generator<QueuedTicket> {
    const tickets = this.#held.get(route);
    if (tickets !== undefined) yield* tickets;
  }

  /** All requests that wait here. */
  *[Symbol.iterator](): Generator<QueuedTicket> {
    for (const tickets of this.#held.values()) yield* tickets;
  }

  #awaitEnd(): void {
    if (this.#size === 0 || this.#timer !== undefined || this.#kept === 0) return;
    this.#timer = this.#clock.after(this.#lastShort! + KEEP_MS - this.#clock.now(), () => {
      this.#timer = undefined;
      if (this.#kept === 0) this.#freed();
      else this.#awaitEnd(); // another short request has come
    });
  }

  /** Number of workers that are now reserved for short requests. */
  get #kept(): number {
    if (this.#lastShort === undefined || this.#clock.now() - this.#lastShort >= KEEP_MS) return 0;
    const { reservedWorkers } = this.#options;
    return reservedWorkers === 'auto' ? Math.max(1, Math.floor(this.#workers() / 4)) : reservedWorkers;
  }

  get #slowRunning(): number {
    let running = 0;
    for (const route of this.#active) if (this.isSlow(route)) running += route.running;
    return running;
  }
}
