import type { Clock } from '../clock.js';
import { LinkedList } from '../linked-list.js';
import type { Backlog } from './admission.js';
import { Isolation, type IsolationOptions } from './isolation.js';
import type { QueuedTicket } from './queued-ticket.js';
import type { Route } from './route.js';

/** The requests that wait for a worker, and which of them is next. */
export class Queue implements Backlog {
  readonly #clock: Clock;
  /** In order of arrival. */
  readonly #line = new LinkedList<QueuedTicket>();
  /** Requests that go before all others: those to be run again, and the urgent ones. */
  readonly #ahead: QueuedTicket[] = [];
  readonly isolation: Isolation;
  readonly #routes = new Set<Route>();
  readonly #mayWait: (ticket: QueuedTicket, now: number) => boolean;

  /**
   * @param workers gives the number of workers that there are
   * @param waits   whether a batchable request is to wait for others although a worker may be idle
   */
  constructor(
    options: IsolationOptions,
    clock: Clock,
    workers: () => number,
    waits: (ticket: QueuedTicket, now: number) => boolean = () => false,
  ) {
    this.#clock = clock;
    this.isolation = new Isolation(options, clock, workers, this.#routes);
    this.#mayWait = waits;
  }

  /** All requests that wait. */
  get size(): number {
    return this.waiting + this.#ahead.length;
  }

  /** Those that the queue's limit counts. */
  get waiting(): number {
    return this.#line.size + this.isolation.size;
  }

  get held(): number {
    return this.isolation.size;
  }

  /** Routes that have requests here or in R. */
  get routes(): Iterable<Route> {
    return this.#routes;
  }

  /** Workers that the requests that wait could use. */
  get demand(): number {
    let demand = 0;
    let counted = 0;
    for (const route of this.#routes) {
      demand += route.demand;
      counted += route.queued;
    }
    return demand + Math.max(0, this.size - counted); // nothing is known about the rest
  }

  /** When the request that has waited longest came, by the clock; undefined if none waits. */
  get oldest(): number | undefined {
    let oldest = this.#line.first?.queuedAt ?? Infinity;
    for (const { queuedAt } of this.#ahead) oldest = Math.min(oldest, queuedAt);
    for (const { queuedAt } of this.isolation) oldest = Math.min(oldest, queuedAt);
    return oldest === Infinity ? undefined : oldest;
  }

  /** Adds a request at the end. */
  add(ticket: QueuedTicket): void {
    this.#line.add(ticket);
    this.#count(ticket, 1);
  }

  /** Adds a request before all others, but behind older ones that were added so. */
  addAhead(ticket: QueuedTicket): void {
    const at = this.#ahead.findLastIndex(({ queuedAt }) => queuedAt <= ticket.queuedAt);
    this.#ahead.splice(at + 1, 0, ticket);
  }

  /** Adds a request that waits for others of its route. */
  hold(ticket: QueuedTicket, route: Route): void {
    this.isolation.hold(ticket, route);
    this.#count(ticket, 1);
  }

  /** Takes it out, wherever it waits. */
  remove(ticket: QueuedTicket): void {
    if (ticket.held) {
      this.isolation.release(ticket, ticket.job.route!);
      this.#count(ticket, -1);
      return;
    }
    if (this.#line.delete(ticket)) this.#count(ticket, -1);
    const at = this.#ahead.indexOf(ticket);
    if (at >= 0) this.#ahead.splice(at, 1);
  }

  /** A request of the route has been started, or has left R. */
  ran(route: Route): void {
    if (route.running > 0 || route.queued > 0) this.#routes.add(route);
    else this.#routes.delete(route);
  }

  /** The request that is to run next: the one that has waited longest of those that may run. */
  next(): QueuedTicket | undefined {
    while (this.#ahead.length > 0) {
      const ticket = this.#ahead[0]!;
      if (this.#mayRun(ticket)) return ticket; // else it waits for others of its route now
    }
    const waiting = this.isolation.size === 0 ? undefined : this.isolation.next();
    const now = this.#clock.now();
    let ticket = this.#line.first;
    while (ticket !== undefined) {
      const { next } = ticket;
      if (!this.#mayWait(ticket, now)) {
        if (waiting !== undefined && waiting.queuedAt < ticket.queuedAt) return waiting;
        if (this.#mayRun(ticket)) return ticket;
      }
      ticket = next;
    }
    return waiting;
  }

  /** Requests in line that can be computed together with a batchable one. */
  *mates({ job }: QueuedTicket): Generator<QueuedTicket> {
    for (const other of this.#line) if (other.job.batch?.key === job.batch!.key) yield other;
  }

  /** Takes out the requests that can be computed together with one that has been taken out; returns all, it first. */
  takeBatch(first: QueuedTicket): QueuedTicket[] {
    const { items, key, policy } = first.job.batch!;
    const tickets = [first];
    let room = policy.limit(first.remaining) - items;
    const take = (ticket: QueuedTicket): void => {
      const { batch } = ticket.job;
      if (batch?.key !== key || !ticket.batchable || batch.items > room) return;
      room -= batch.items;
      tickets.push(ticket);
      this.remove(ticket);
    };
    const { route } = first.job;
    if (route !== undefined) {
      for (const ticket of this.isolation.waiting(route)) {
        if (room <= 0) break;
        take(ticket);
      }
    }
    for (const ticket of this.#line) {
      if (room <= 0) break;
      take(ticket);
    }
    return tickets;
  }

  /** All requests that wait. */
  *[Symbol.iterator](): Generator<QueuedTicket> {
    yield* this.#ahead;
    yield* this.#line;
    yield* this.isolation;
  }

  /** Whether it may be given a worker; if not, it is put where it waits for that. */
  #mayRun(ticket: QueuedTicket): boolean {
    const { route } = ticket.job;
    if (route === undefined || this.isolation.admits(route)) return true;
    this.remove(ticket);
    this.hold(ticket, route);
    return false;
  }

  #count({ items, job: { route } }: QueuedTicket, change: 1 | -1): void {
    if (route === undefined) return;
    route.queued += change;
    route.queuedItems += change * items;
    this.ran(route);
  }
}
