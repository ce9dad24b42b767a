import type { Worker } from '../pool/worker.js';
import type { FrameType } from '../protocol/frame.js';
import type { Batchable } from './batch.js';
import type { Outcome } from './outcome.js';
import type { RouteLoad } from './route-load.js';
import type { RouteTime } from './route-time.js';

/** What the gateway wants done. */
export interface Job {
  /** Names the request in the log, also for what R prints while it runs. */
  readonly label: string;
  /** What was asked for. */
  readonly url: string;
  readonly type: FrameType;
  /** Gives the serialized R value, in pieces; asked when it is about to be sent. */
  payload(): readonly Buffer[];
  /** HTTP defines it to change nothing (GET, HEAD, OPTIONS), so that it may be run again after a crash. */
  readonly safe: boolean;
  /** It finishes what has run already: it goes before all others and is never refused. */
  readonly urgent: boolean;
  /** How it can be computed together with others; undefined when it can't. */
  readonly batch?: Batchable | undefined;
  /** What is known of its route's times; undefined where nothing is learned. */
  readonly routeTime: RouteTime | undefined;
  /** What its route takes of the workers; undefined where that is not looked at. */
  readonly load?: RouteLoad | undefined;
  /** Milliseconds in which it has to be answered. */
  readonly timeout: number;
  /** Called once, with the answer or the reason why there is none. Not called after `cancel()`. */
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
  readonly worker: Worker | undefined;
}

/** Milliseconds that a settled ticket waited, and that R took; undefined if it never ran. */
export function ticketTimes({ queuedAt, rTime, settledAt, startedAt }: Ticket): {
  queue: number;
  r?: number;
} {
  const end = settledAt ?? performance.now();
  return startedAt === undefined
    ? { queue: end - queuedAt }
    : { queue: startedAt - queuedAt, r: rTime ?? end - startedAt };
}
