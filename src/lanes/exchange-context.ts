import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { PathTimes } from '../dispatch/path-times.js';
import type { BodyMemory } from '../http/body-memory.js';
import type { ResponseCache } from './cache/response-cache.js';
import type { DirectLane } from './direct/direct-lane.js';
import type { ExchangeRecord } from './exchange-record.js';
import type { LargeThreads } from './large/threads.js';
import type { RoutePolicies } from './route-policies.js';

/** What an exchange works with: one version of the app, and what the gateway has. */
export interface ExchangeContext {
  readonly dispatcher: Dispatcher;
  /** Undefined when every request takes the plumber lane. */
  readonly direct: DirectLane | undefined;
  /** Of the app's endpoints; undefined while it loads. */
  readonly policies: RoutePolicies | undefined;
  /** Of routes whose responses are kept; undefined where there are none. */
  readonly cache: ResponseCache | undefined;
  /** Of the requests that take the plumber lane. */
  readonly pathTimes: PathTimes;
  readonly threads: LargeThreads;
  readonly bodies: BodyMemory;
  readonly options: ExchangeOptions;
  /** A request is complete: gives the version of the app that takes requests now, which goes on until `leave`. */
  enter(): ExchangeContext;
  /** R is not needed for it any more. */
  leave(): void;
  /** R's value was printed, in so many milliseconds. */
  readonly serialized: (ms: number) => void;
  finished(record: ExchangeRecord): void;
}

export interface ExchangeOptions {
  /** Bytes of a request's body, and of an answer, at most. */
  readonly bodyLimit: number;
  readonly responseLimit: number;
  /** Milliseconds in which a request has to be answered, unless its route says otherwise. */
  readonly timeout: number;
  /** A body that is labelled a form but is one JSON object or array is read as JSON. */
  readonly formJson: boolean;
}
