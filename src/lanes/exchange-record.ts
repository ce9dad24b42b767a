import type { IncomingMessage } from 'node:http';
import type { Ticket } from '../dispatch/ticket.js';
import type { PenstockError } from '../errors.js';
import type { CacheResult } from './cache/cache-lookup.js';
import type { LaneName } from './lane.js';

/** A finished exchange, for the log, the metrics and the traces. */
export interface ExchangeRecord {
  readonly request: IncomingMessage;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** 0 if the client disconnected before the response. */
  readonly status: number;
  /** Size of the body as sent, in bytes. */
  readonly bytes: number;
  /** Penstock's own error, if that was the response. */
  readonly error: PenstockError | undefined;
  /** Its units of work in R, in order. Usually one; a second one if R had to print the value. */
  readonly tickets: readonly Ticket[];
  readonly lane: LaneName;
  /** Where the response came from, if its route has `@cache`. */
  readonly cache?: CacheResult | undefined;
  /** Set if the response was a stream. */
  readonly stream?: StreamRecord | undefined;
  /** Total time, in ms. */
  readonly duration: number;
}

/** What a client got of a stream. */
export interface StreamRecord {
  /** Time from the request to the first element, in ms; undefined if there was none. */
  readonly first: number | undefined;
  readonly elements: number;
  readonly ending: 'complete' | 'failed' | 'drained' | 'left';
}

/** Totals over a request's units of work in R. */
export interface WorkTimes {
  /** Time that it waited for a worker, in ms. */
  readonly queue: number;
  /** Time in R, in ms; undefined if it never ran. */
  readonly r: number | undefined;
  /** Time that it waited for a promise in R, in ms; undefined if it did not. */
  readonly open: number | undefined;
  /** Number of requests in its batch, itself included. */
  readonly batch: number;
  /** The worker that ran it last. */
  readonly worker: number | undefined;
}

/** Undefined if R had no work for the request. */
export function workTimes(tickets: readonly Ticket[]): WorkTimes | undefined {
  if (tickets.length === 0) return undefined;
  let queue = 0;
  let r: number | undefined;
  let open: number | undefined;
  let batch = 1;
  let worker: number | undefined;
  for (const ticket of tickets) {
    const end = ticket.settledAt ?? performance.now();
    queue += (ticket.startedAt ?? end) - ticket.queuedAt;
    if (ticket.startedAt !== undefined) r = (r ?? 0) + (ticket.rTime ?? end - ticket.startedAt);
    if (ticket.openedAt !== undefined) open = (open ?? 0) + end - ticket.openedAt;
    batch = Math.max(batch, ticket.batchSize);
    worker = ticket.worker?.id ?? worker;
  }
  return { queue, r, open, batch, worker };
}
