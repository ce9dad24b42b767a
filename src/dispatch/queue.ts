import { LinkedList } from '../linked-list.js';
import { Admission, type AdmissionOptions } from './admission.js';
import type { QueuedTicket } from './queued-ticket.js';
import type { RouteLoad } from './route-load.js';

/** Share of the queue that requests may fill whose routes have all the workers that they may have. */
const HELD_SHARE = 3 / 4;

/** The requests that wait for a worker, and which of them is next. */
export class Queue {
  /** In order of arrival. */
  readonly #line = new LinkedList<QueuedTicket>();
  /** Requests that go before all others: those to be run again, and the urgent ones. */
  readonly #ahead: QueuedTicket[] = [];
  readonly #admission: Admission;

  /** @param workers gives the number of workers that there are */
  constructor(options: AdmissionOptions, workers: () => number) {
    this.#admission = new Admission(options, workers);
  }

  /** Requests that wait. */
  get size(): number {
    return this.waiting + this.#ahead.length;
  }

  /** Those of them that the queue's limit is for. */
  get waiting(): number {
    return this.#line.size + this.#admission.size;
  }

  /** Some of them wait for others of their routes. */
  get holds(): boolean {
    return this.#admission.size > 0;
  }

  /** Whether something waits for others of its route that could run if there were more workers. */
  get lacksWorkers(): boolean {
    return this.#admission.lacksWorkers;
  }

  /** Whether a request that has just come may be given a worker, to go by its route. */
  admits({ job: { load }, queuedAt }: QueuedTicket): boolean {
    return load === undefined || this.#admission.arrives(load, queuedAt);
  }

  /** Whether no more may wait like one that is `admitted` or not: those that are not leave a part to others. */
  isFull(limit: number, admitted: boolean): boolean {
    return this.waiting >= limit || (!admitted && this.#admission.size >= Math.ceil(limit * HELD_SHARE));
  }

  add(ticket: QueuedTicket): void {
    this.#line.add(ticket);
  }

  /** It goes before all others. */
  addAhead(ticket: QueuedTicket): void {
    this.#ahead.push(ticket);
  }

  /** It waits for others of its route. */
  hold(ticket: QueuedTicket, load: RouteLoad): void {
    this.#admission.hold(ticket, load);
  }

  /** Takes it out, wherever it waits. */
  remove(ticket: QueuedTicket): void {
    if (ticket.held !== undefined) {
      this.#admission.release(ticket, ticket.held);
      return;
    }
    if (this.#line.delete(ticket) && ticket.crowd !== undefined) ticket.crowd.waiting -= 1;
    const at = this.#ahead.indexOf(ticket);
    if (at >= 0) this.#ahead.splice(at, 1);
  }

  /** What is to run next: what has waited longest, but for what is held. */
  next(): QueuedTicket | undefined {
    while (this.#ahead.length > 0) {
      const ticket = this.#ahead[0]!;
      if (this.#mayRun(ticket)) return ticket; // else it is not there any more
    }
    const waiting = this.#admission.size === 0 ? undefined : this.#admission.next();
    let ticket = this.#line.first;
    while (ticket !== undefined) {
      const { next } = ticket;
      if (!ticket.isHeld) {
        if (waiting !== undefined && waiting.queuedAt < ticket.queuedAt) return waiting;
        if (this.#mayRun(ticket)) return ticket;
      }
      ticket = next;
    }
    return waiting;
  }

  /** Whether it may be given a worker; if not, it is put where it waits for that. */
  #mayRun(ticket: QueuedTicket): boolean {
    const { load } = ticket.job;
    if (load === undefined || this.#admission.admits(load)) return true;
    this.remove(ticket);
    this.#admission.hold(ticket, load);
    return false;
  }

  /** Those in line that can be computed together with a batchable one. */
  *mates({ job }: QueuedTicket): Generator<QueuedTicket> {
    for (const other of this.#line) if (other.job.batch?.key === job.batch!.key) yield other;
  }

  /** Takes out what can be computed together with a batchable one, which is not there any more; gives all, it first. */
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
    for (const ticket of first.job.load?.waiting ?? []) {
      if (room <= 0) break;
      take(ticket);
    }
    let ticket = this.#line.first;
    while (ticket !== undefined && room > 0) {
      const { next } = ticket;
      take(ticket);
      ticket = next;
    }
    return tickets;
  }

  /** All that wait. */
  *[Symbol.iterator](): Generator<QueuedTicket> {
    yield* this.#ahead;
    yield* this.#line;
    yield* this.#admission;
  }
}
