import type { IncomingMessage } from 'node:http';
import type { Batchable } from '../dispatch/batch.js';
import type { PenstockError } from '../errors.js';
import type { Reply } from '../http/reply.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { RoutePolicy } from './app-routes.js';

/** How a request was answered, as shown in the log, the metrics and the traces. */
export type LaneName = 'direct' | 'plumber' | 'httpuv' | 'model' | 'cache' | 'docs' | 'gate';

/** A request that has arrived completely. */
export interface LaneRequest {
  readonly http: IncomingMessage;
  readonly id: string;
  /** Undefined if there is none. Empty if it is in a file. */
  readonly body: Buffer | undefined;
  /** Path of the file with the body, if the lane takes files and the body is large. */
  readonly file?: string | undefined;
  /** The free worker has not loaded the plan that the work was prepared for. The new work must suit any worker. */
  readonly stale: boolean;
}

/**
 * One way to answer requests, in two steps: `prepare` returns the work for R, and the work's `answer` turns R's result
 * into a reply. If either throws, the exchange answers with the error, and no other request is affected.
 */
export interface Lane {
  /** The policy of the request's route, if it is known without preparing the request. */
  policy?(request: IncomingMessage): RoutePolicy | undefined;
  /** Whether R reads the body of this request, so that it may be in a file. */
  takesFile?(request: IncomingMessage): boolean;
  /**
   * Returns the reply if R is not needed, else the work for R; a promise if a thread has to read the body first. Throws
   * the `PenstockError` to answer with.
   */
  prepare(request: LaneRequest): Prepared | Promise<Prepared>;
  /** The error response in the format of this path's protocol; undefined for Penstock's own format. */
  errorReply?(request: IncomingMessage, error: PenstockError, id: string): Reply | undefined;
}

export type Prepared = ReadyReply | Work;

/** A reply that does not need R. */
export interface ReadyReply {
  readonly lane: LaneName;
  readonly reply: Reply;
}

/** The work for R that a request needs. */
export interface Work {
  readonly lane: LaneName;
  readonly type: FrameType;
  /** The serialized R value, in pieces. Called right before it is sent. */
  payload(): readonly Buffer[];
  /** How to batch it with other work; undefined if that is impossible. Each part of a batch is a `Reply`. */
  readonly batch?: Batchable | undefined;
  /** The policy of its route; undefined if unknown. */
  readonly policy: RoutePolicy | undefined;
  /** The plan that it was prepared for; undefined if it suits any worker. */
  readonly plan?: string | undefined;
  /** The work changes nothing, whatever the method. */
  readonly safe?: boolean;
  /** The work completes a request that has already run. */
  readonly urgent?: boolean;
  /** Turns R's answer into a reply, or into further work for R. */
  answer(frame: Frame): Answer | Promise<Answer>;
}

export type Answer = Reply | Work;

export function isReply(answer: Answer): answer is Reply {
  return 'status' in answer;
}
