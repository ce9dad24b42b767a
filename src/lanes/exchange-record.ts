import type { IncomingMessage } from 'node:http';
import type { Ticket } from '../dispatch/ticket.js';
import type { PenstockError } from '../errors.js';
import type { CacheResult } from './cache/cache-lookup.js';
import type { LaneName } from './lane.js';

/** How a finished exchange went, for the log, the metrics and the traces. */
export interface ExchangeRecord {
  readonly request: IncomingMessage;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** 0 if the client left before there was one. */
  readonly status: number;
  /** Bytes of the body as sent. */
  readonly bytes: number;
  /** Penstock's own error, if that was the answer. */
  readonly error: PenstockError | undefined;
  /** R's work for it, in order: usually one piece, a second one if R had to print the value. */
  readonly tickets: readonly Ticket[];
  readonly lane: LaneName;
  /** Where its answer came from, if its route's responses are kept. */
  readonly cache?: CacheResult | undefined;
  /** Milliseconds in all. */
  readonly duration: number;
}

/** What R's work for a request took in all. */
export interface WorkTimes {
  /** Milliseconds that it waited for a worker. */
  readonly queue: number;
  /** Milliseconds that R took; undefined if it never ran. */
  readonly r: number | undefined;
  /** Requests that were computed together with it, itself included. */
  readonly batch: number;
  /** The worker that ran it last. */
  readonly worker: number | undefined;
}

/** Undefined if no work for R was made. */
export function workTimes(tickets: readonly Ticket[]): WorkTimes | undefined {
  if (tickets.length === 0) return undefined;
  let queue = 0;
  let r: number | undefined;
  let batch = 1;
  let worker: number | undefined;
  for (const ticket of tickets) {
    const end = ticket.settledAt ?? performance.now();
    queue += (ticket.startedAt ?? end) - ticket.queuedAt;
    if (ticket.startedAt !== undefined) r = (r ?? 0) + (ticket.rTime ?? end - ticket.startedAt);
    batch = Math.max(batch, ticket.batchSize);
    worker = ticket.worker?.id ?? worker;
  }
  return { queue, r, batch, worker };
}
