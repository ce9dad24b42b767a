import type { Frame, FrameType } from '../protocol/frame.js';
import type { Batchable } from './batch.js';
import type { Outcome } from './outcome.js';
import type { Route } from './route.js';
import type { StreamSink } from './stream-sink.js';

/** A job from the gateway. */
export interface Job {
  /** Names the request in the log, and in R's output while it runs. */
  readonly label: string;
  /** The requested URL. */
  readonly url: string;
  readonly type: FrameType;
  /** The serialized R value, in pieces. Called right before it is sent. */
  payload(): readonly Buffer[];
  /** Whether the request may run again after a crash, because HTTP defines its method as safe (GET, HEAD, OPTIONS). */
  readonly safe: boolean;
  /** Whether it completes a request that has already run. It then goes before all others and is never rejected. */
  readonly urgent: boolean;
  /** How to batch it with other jobs; undefined if that is impossible. */
  readonly batch?: Batchable | undefined;
  /** Undefined for jobs without learned times and limits. */
  readonly route?: Route | undefined;
  /** The plan that it was prepared for: only workers with this plan can run it. Undefined for any worker. */
  readonly plan?: string | undefined;
  /** Its time limit, in ms. */
  readonly timeout: number;
  /** How long it may wait for a worker, in ms; undefined as long as its time limit allows. */
  readonly queueTimeout?: number | undefined;
  /** Called once, with the answer or the error. Not called after `cancel()`. Must not throw. */
  settle(outcome: Outcome, ticket: Ticket): void;
  /** Called instead of `settle` if the answer is a stream. Without it, a stream is an error. Must not throw. */
  readonly stream?: (head: Frame, ticket: Ticket) => StreamSink;
}

/** `handed`: in the pipe of a worker, behind a brief unit. `open`: R waits for a promise of it, or it is a stream. */
export type TicketState = 'queued' | 'handed' | 'running' | 'open' | 'settled';

/** One request on its way through the dispatcher. */
export interface Ticket {
  readonly id: number;
  readonly state: TicketState;
  /** `performance.now()` when it arrived, was handed to R (undefined if never) and was settled. */
  readonly queuedAt: number;
  readonly startedAt: number | undefined;
  readonly settledAt: number | undefined;
  /** Time that R took, by its own clock, in ms; undefined before its answer. Until it was open, if it was. */
  readonly rTime: number | undefined;
  /** `performance.now()` when R had it wait for a promise; undefined if never. */
  readonly openedAt: number | undefined;
  /** The batch that it ran in, if any; the same for all requests of the batch. */
  readonly batch: object | undefined;
  /** Number of requests in its batch, itself included. */
  readonly batchSize: number;
  /** The worker that ran it last. */
  readonly worker: { readonly id: number } | undefined;
  /** Asks R for the next elements of its stream. */
  pull(): void;
}
