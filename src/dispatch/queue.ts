import type { Clock } from '../clock.js';
import { LinkedList } from '../linked-list.js';
import type { Backlog } from './admission.js';
import { Isolation, type IsolationOptions } from './isolation.js';
import type { QueuedTicket } from './queued-ticket.js';
import type { Route } from './route.js';

/** The requests that wait for a worker, and their order. */
export class Queue implements Backlog {
  /** In order of arrival. */
  readonly #line = new LinkedList<QueuedTicket>();
  /** Requests that go before all others: urgent ones, and those that run again. */
  readonly #ahead: QueuedTicket[] = [];
  readonly isolation: Isolation;
  readonly #routes = new LinkedList<Route>();
  readonly #waits: (ticket: QueuedTicket) => boolean;

  /**
   * @param workers returns the number of workers
   * @param waits   whether a batchable request should wait for others, even if a worker is idle
   * @param freed   called when held requests may run although nothing has happened
   */
  constructor(
    options: IsolationOptions,
    clock: Clock,
    workers: () => number,
    waits: (ticket: QueuedTicket) => boolean = () => false,
    freed?: () => void,
  ) {
    this.isolation = new Isolation(options, clock, workers, this.#routes, freed);
    this.#waits = waits;
  }

  /** Number of all waiting requests. */
  get size(): number {
    return this.waiting + this.#ahead.length;
  }

  /** Number of waiting requests that count towards the queue's limit. */
  get waiting(): number {
    return this.#line.size + this.isolation.size;
  }

  get held(): number {
    return this.isolation.size;
  }

  /** Routes with requests here or in R. */
  get routes(): Iterable<Route> {
    return this.#routes;
  }

  work(now: number): number {
    let work = 0;
    for (let route = this.#routes.first; route !== undefined; route = route.next) work += route.work(now);
    return work;
  }

  /** Workers that the requests that wait could use. */
  get demand(): number {
    return this.#sum(({ demand }) => demand);
  }

  /** The same for this pool, in which a route has its limit. */
  get usable(): number {
    return this.#sum(({ demand, room }) => Math.min(demand, room));
  }

  #sum(workers: (route: Route) => number): number {
    let sum = 0;
    let counted = 0;
    for (const route of this.#routes) {
      sum += workers(route);
      counted += route.queued;
    }
    return sum + Math.max(0, this.size - counted); // nothing is known about the rest
  }

  /** When the oldest waiting request arrived, by the clock; undefined if none waits. */
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

  /** Removes a request. */
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

  /** A request of the route was started or has left R. */
  ran(route: Route): void {
    if (route.running > 0 || route.queued > 0) this.#routes.add(route);
    else this.#routes.delete(route);
  }

  /** The next request to run: the oldest one of those that may run. */
  next(): QueuedTicket | undefined {
    while (this.#ahead.length > 0) {
      const ticket = this.#ahead[0]!;
      if (this.#mayRun(ticket)) return ticket; // else it now waits for others of its route
    }
    const waiting = this.isolation.size === 0 ? undefined : this.isolation.next();
    let ticket = this.#line.first;
    while (ticket !== undefined) {
      const { next } = ticket;
      if (!this.#waits(ticket)) {
        if (waiting !== undefined && waiting.queuedAt < ticket.queuedAt) return waiting;
        if (this.#mayRun(ticket)) return ticket;
      }
      ticket = next;
    }
    return waiting;
  }

  /** Waiting requests that can share a batch with this one. */
  *mates({ job }: QueuedTicket): Generator<QueuedTicket> {
    for (const other of this.#line) if (other.job.batch?.key === job.batch!.key) yield other;
  }

  /** Removes the requests that can share a batch with this one, which was removed before. Returns all, this one first. */
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

  /** All waiting requests. */
  *[Symbol.iterator](): Generator<QueuedTicket> {
    yield* this.#ahead;
    yield* this.#line;
    yield* this.isolation;
  }

  /** Whether the request may be given a worker. If not, moves it to where it waits for that. */
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
