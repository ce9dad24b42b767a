import type { FrameType } from '../protocol/frame.js';
import type { Batchable } from './batch.js';
import type { Outcome } from './outcome.js';
import type { Route } from './route.js';

/** What the gateway wants done. */
export interface Job {
  /** Names the request in the log, also for what R prints while it runs. */
  readonly label: string;
  /** The address that was requested. */
  readonly url: string;
  readonly type: FrameType;
  /** The serialized R value, in pieces; called when it is about to be sent. */
  payload(): readonly Buffer[];
  /** HTTP defines the method to change nothing (GET, HEAD, OPTIONS), so the request may be run again after a crash. */
  readonly safe: boolean;
  /** It finishes a request that has run already: it goes before all others and is never rejected. */
  readonly urgent: boolean;
  /** How it can be computed together with others; undefined if it can't. */
  readonly batch?: Batchable | undefined;
  /** Undefined where nothing is learned and nothing limited. */
  readonly route?: Route | undefined;
  /** The plan that it was made for: only a worker with the same one understands it. Undefined: any worker. */
  readonly plan?: string | undefined;
  /** Milliseconds in which it has to be answered. */
  readonly timeout: number;
  /** Called once, with the answer or the reason why there is none. Not called after `cancel()`. Must not throw. */
  settle(outcome: Outcome, ticket: Ticket): void;
}

/** `handed`: in the pipe of a worker that has something brief to finish first. */
export type TicketState = 'queued' | 'handed' | 'running' | 'settled';

/** One request on its way through the dispatcher. */
export interface Ticket {
  readonly id: number;
  readonly state: TicketState;
  /** `performance.now()` when it came, was handed to R (undefined: never) and was settled. */
  readonly queuedAt: number;
  readonly startedAt: number | undefined;
  readonly settledAt: number | undefined;
  /** Milliseconds that R took, by its own clock; undefined when it has not answered. */
  readonly rTime: number | undefined;
  /** The batch that it was run in, if it was: the same for all of its requests. */
  readonly batch: object | undefined;
  /** Requests that were computed together with it, itself included. */
  readonly batchSize: number;
  /** The worker that ran it last. */
  readonly worker: { readonly id: number } | undefined;
}
