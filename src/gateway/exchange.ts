import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Outcome } from '../dispatch/outcome.js';
import type { RouteTime } from '../dispatch/route-time.js';
import type { Ticket } from '../dispatch/ticket.js';
import { PenstockError } from '../errors.js';
import { requestId } from '../observe/request-id.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { NotCovered, writeRData } from '../rdata/index.js';
import type { DirectLane } from './direct/direct-lane.js';
import { sendError } from './error-reply.js';
import { isJsonForm } from './form-json.js';
import { linger } from './linger.js';
import { type Reply, replyFrom, sendReply } from './reply.js';
import { hasBody, readBody } from './request-body.js';
import { rookRequest } from './rook-request.js';

export interface ExchangeContext {
  readonly dispatcher: Dispatcher;
  /** Undefined when every request takes the plumber lane. */
  readonly direct: DirectLane | undefined;
  readonly options: ExchangeOptions;
  finished(record: ExchangeRecord): void;
}

export interface ExchangeOptions {
  /** Bytes of a request's body, and of an answer, at most. */
  readonly bodyLimit: number;
  readonly responseLimit: number;
  /** Milliseconds in which a request has to be answered. */
  readonly timeout: number;
  /** A body that is labelled a form but is one JSON object or array is read as JSON. */
  readonly formJson: boolean;
}

/** How a request is executed in its worker. */
export type Lane = 'direct' | 'plumber' | 'model';

/** How a finished exchange went, for the log and the metrics. */
export interface ExchangeRecord {
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
  /** Milliseconds in all. */
  readonly duration: number;
}

/** HTTP defines these to change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** One request and its answer. */
export class Exchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #context: ExchangeContext;
  readonly #startedAt = performance.now();
  #ticket: Ticket | undefined;
  #error: PenstockError | undefined;
  #reply: Reply | undefined;
  #lane: Lane = 'plumber';

  constructor(request: IncomingMessage, response: ServerResponse, context: ExchangeContext) {
    this.id = requestId(request.headers);
    this.request = request;
    this.#response = response;
    this.#context = context;
    response.once('close', () => this.#closed());
  }

  run(): void {
    if (!hasBody(this.request)) {
      this.#submit(undefined);
      return;
    }
    readBody(this.request, this.#context.options.bodyLimit, (error, body) => {
      if (error === undefined) this.#submit(body);
      else this.#refuseBody(error);
    });
  }

  #submit(body: Buffer | undefined): void {
    const { direct, options } = this.#context;
    const call = direct?.call(this.request, body, options.formJson);
    if (call !== undefined) {
      this.#lane = 'direct';
      this.#dispatch(FrameType.call, call.payload, call.time);
      return;
    }
    const jsonForm =
      options.formJson && body !== undefined && isJsonForm(this.request.headers['content-type'], body);
    this.#dispatch(FrameType.request, writeRData(rookRequest(this.request, body, jsonForm)));
  }

  #dispatch(type: FrameType, payload: Buffer, routeTime?: RouteTime): void {
    this.#ticket = this.#context.dispatcher.submit({
      label: this.id,
      type,
      payload: [payload],
      payloadBytes: payload.length,
      safe: SAFE_METHODS.has(this.request.method!),
      routeTime,
      urgent: type === FrameType.print,
      timeout: this.#context.options.timeout,
      settle: (outcome) => this.#settle(outcome),
    });
  }

  #settle(outcome: Outcome): void {
    if (outcome.kind === 'error') {
      this.#fail(new PenstockError(outcome.code, outcome.detail));
      return;
    }
    const { frame } = outcome;
    if (frame.type === FrameType.interrupted) {
      // Somebody else's SIGINT: the operator's, or the handler's own.
      this.#fail(new PenstockError('worker_lost', 'It was interrupted.'));
      return;
    }
    // A frame over the limit comes without what it announced.
    if (frame.payload.length < frame.length) this.#fail(this.#tooLarge(frame.length));
    else this.#answer(frame);
  }

  #answer({ payload, type }: Frame): void {
    try {
      const reply = type === FrameType.value ? this.#context.direct!.reply(payload) : replyFrom(payload);
      if (reply instanceof NotCovered) this.#dispatch(FrameType.print, payload);
      else this.#send(reply);
    } catch (error) {
      this.#failAnswer(error);
    }
  }

  #tooLarge(bytes: number): PenstockError {
    const { responseLimit } = this.#context.options;
    return new PenstockError(
      'response_too_large',
      `It has ${bytes} bytes, and ${responseLimit} are the limit.`,
    );
  }

  #send(reply: Reply): void {
    const bytes = reply.body?.length ?? 0;
    if (bytes > this.#context.options.responseLimit) {
      this.#fail(this.#tooLarge(bytes));
      return;
    }
    this.#reply = reply;
    reply.headers.unshift(['X-Request-Id', this.id]);
    sendReply(this.request, this.#response, reply).catch((error: unknown) => {
      if (!this.#response.destroyed) this.#failAnswer(error); // else the client left while it was sent
    });
  }

  /** Whatever it is that R has answered, it costs this request only. */
  #failAnswer(error: unknown): void {
    this.#fail(
      error instanceof PenstockError ? error : new PenstockError('response_invalid', `${String(error)}.`),
    );
  }

  /** The rest of the body is not read, so the connection can't be used again. */
  #refuseBody(error: PenstockError): void {
    linger(this.request.socket);
    this.#response.setHeader('Connection', 'close');
    this.#fail(error);
  }

  #fail(error: PenstockError): void {
    this.#error = error;
    const busy = error.code === 'queue_full' || error.code === 'no_workers' || error.code === 'draining';
    sendError(this.#response, error, this.id, busy ? this.#context.dispatcher.retryAfter : undefined);
  }

  /** Bytes of the body that was sent. */
  get #bytes(): number {
    if (this.request.method === 'HEAD') return 0;
    const name = 'content-length';
    const header = this.#response.getHeader(name); // Penstock's own answers; those of the app go out as a list
    return Number(header ?? this.#reply?.headers.findLast(([key]) => key.toLowerCase() === name)?.[1] ?? 0);
  }

  #closed(): void {
    const answered = this.#response.writableFinished;
    if (!answered && this.#ticket !== undefined) this.#context.dispatcher.cancel(this.#ticket);
    const url = this.request.url!;
    const query = url.indexOf('?');
    this.#context.finished({
      id: this.id,
      method: this.request.method!,
      path: query < 0 ? url : url.slice(0, query),
      status: answered ? this.#response.statusCode : 0,
      bytes: answered ? this.#bytes : 0,
      error: this.#error,
      ticket: this.#ticket,
      lane: this.#lane,
      duration: performance.now() - this.#startedAt,
    });
  }
}
