import type { IncomingMessage } from 'node:http';
import type { Ticket } from '../dispatch/ticket.js';
import type { PenstockError } from '../errors.js';
import type { CacheResult } from './cache/cache-lookup.js';

/** How a request is executed in its worker. */
export type Lane = 'direct' | 'plumber' | 'model' | 'cache' | 'docs' | 'gate';

/** How a finished exchange went, for the log and the metrics. */
export interface ExchangeRecord {
  readonly request: IncomingMessage;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** 0 when the client left before there was one. */
  readonly status: number;
  /** Bytes of the body as sent. */
  readonly bytes: number;
  /** Penstock's own error, if that was the answer. */
  readonly error: PenstockError | undefined;
  readonly ticket: Ticket | undefined;
  readonly lane: Lane;
  /** Where its answer came from, if its route's responses are kept. */
  readonly cache?: CacheResult | undefined;
  /** Milliseconds in all. */
  readonly duration: number;
}
