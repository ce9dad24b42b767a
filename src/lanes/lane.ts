import type { IncomingMessage } from 'node:http';
import type { Batchable } from '../dispatch/batch.js';
import type { PenstockError } from '../errors.js';
import type { Reply } from '../http/reply.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { RoutePolicy } from './app-routes.js';

/** How a request is answered; the log, the metrics and the traces name it. */
export type LaneName = 'direct' | 'plumber' | 'model' | 'cache' | 'docs' | 'gate';

/** A request that has arrived whole. */
export interface LaneRequest {
  readonly http: IncomingMessage;
  readonly id: string;
  /** Undefined if it has none. */
  readonly body: Buffer | undefined;
  /** A worker did not have the plan that its work was made for: the work must be for any worker. */
  readonly stale: boolean;
}

/**
 * One way to answer requests. It is asked twice for each: `prepare` says what R has to do, and the work's own `answer`
 * makes a reply of what R has done. Either may throw: the exchange then answers with the error, and no other request
 * notices.
 */
export interface Lane {
  /** What the request's route asks for, as far as it is known without preparing the request. */
  policy?(request: IncomingMessage): RoutePolicy | undefined;
  /**
   * The reply, if R is not needed for it, or the work for R. A promise if a thread has to read the body first.
   * Throws the `PenstockError` to answer with.
   */
  prepare(request: LaneRequest): Prepared | Promise<Prepared>;
  /** An error in the form that clients of this path expect; undefined for Penstock's own form. */
  errorReply?(request: IncomingMessage, error: PenstockError, id: string): Reply | undefined;
}

export type Prepared = ReadyReply | Work;

/** A reply that needs no R. */
export interface ReadyReply {
  readonly lane: LaneName;
  readonly reply: Reply;
}

/** What R has to do for a request. */
export interface Work {
  readonly lane: LaneName;
  readonly type: FrameType;
  /** The serialized R value, in pieces; called when it is about to be sent. */
  payload(): readonly Buffer[];
  /** How it can run together with others; undefined if it can't. Each part of a batch is a `Reply`. */
  readonly batch?: Batchable | undefined;
  /** Of its route; undefined if nothing is known. */
  readonly policy: RoutePolicy | undefined;
  /** The plan that it was made for; undefined if any worker understands it. */
  readonly plan?: string | undefined;
  /** It changes nothing, whatever its method. */
  readonly safe?: boolean;
  /** It finishes a request that has run already. */
  readonly urgent?: boolean;
  /** The reply that R's answer stands for, or further work for R. */
  answer(frame: Frame): Answer | Promise<Answer>;
}

export type Answer = Reply | Work;

export function isReply(answer: Answer): answer is Reply {
  return 'status' in answer;
}
