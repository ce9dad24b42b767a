import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { BodyMemory } from '../http/body-memory.js';
import type { ResponseCache } from './cache/response-cache.js';
import type { ExchangeRecord } from './exchange-record.js';
import type { Lane } from './lane.js';

/** What an exchange works with: one version of the app, and what the gateway has. */
export interface ExchangeContext {
  readonly dispatcher: Dispatcher;
  readonly lane: Lane;
  /** Of routes whose responses are kept; undefined if there are none. */
  readonly cache: ResponseCache | undefined;
  readonly bodies: BodyMemory;
  readonly options: ExchangeOptions;
  /** A request is complete: returns the version of the app that takes requests now, which goes on until `leave`. */
  enter(): ExchangeContext;
  /** R is not needed for it any more. */
  leave(): void;
  /** R's value was printed, in so many ms. */
  readonly serialized: (ms: number) => void;
  finished(record: ExchangeRecord): void;
}

export interface ExchangeOptions {
  /** Bytes that a request's body, and an answer, may have. */
  readonly bodyLimit: number;
  readonly responseLimit: number;
  /** Milliseconds in which a request has to be answered, unless its route says otherwise. */
  readonly timeout: number;
}
