import type { IncomingMessage } from 'node:http';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Bodies } from '../http/bodies.js';
import type { ResponseCache } from './cache/response-cache.js';
import type { ExchangeRecord } from './exchange-record.js';
import type { Lane } from './lane.js';

/** What an exchange needs from its version of the app and from the gateway. */
export interface ExchangeContext {
  readonly dispatcher: Dispatcher;
  readonly lane: Lane;
  /** Undefined if no route has `@cache`. */
  readonly cache: ResponseCache | undefined;
  readonly bodies: Bodies;
  readonly options: ExchangeOptions;
  /** Called when a request has arrived. Returns the current version of the app, which keeps running until `leave`. */
  enter(): ExchangeContext;
  /** Whether the access rules admit a request for the routes of this version. */
  admits(request: IncomingMessage): boolean;
  /** The request does not need R any more. */
  leave(): void;
  /** The gateway has printed R's value, which took `ms` ms. */
  readonly serialized: (ms: number) => void;
  finished(record: ExchangeRecord): void;
}

export interface ExchangeOptions {
  /** Largest request body and largest response, in bytes. */
  readonly bodyLimit: number;
  readonly responseLimit: number;
  /** Default time limit of a request, in ms. A route can have its own. */
  readonly timeout: number;
  /** Time after which a stream without events gets a comment, in ms. 0: never. */
  readonly streamHeartbeat: number;
}
