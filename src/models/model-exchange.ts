import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Outcome } from '../dispatch/outcome.js';
import type { Ticket } from '../dispatch/ticket.js';
import { PenstockError } from '../errors.js';
import type { BodyMemory } from '../http/body-memory.js';
import { clientTimeout } from '../http/client-timeout.js';
import { isPassing, sendError } from '../http/error-reply.js';
import { linger } from '../http/linger.js';
import type { Visit } from '../http/public-server.js';
import { type Reply, sendReply } from '../http/reply.js';
import { hasBody, readBody } from '../http/request-body.js';
import type { ExchangeOptions } from '../lanes/exchange-context.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import { requestId } from '../observe/request-id.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { ModelBatch } from './model-batch.js';
import { predictPayload } from './payload.js';
import { type Prediction, readPrediction } from './prediction.js';
import type { ModelRequest, PredictWork } from './protocols/request.js';

export interface ModelExchangeContext {
  readonly dispatcher: Dispatcher;
  readonly options: ExchangeOptions;
  readonly bodies: BodyMemory;
  /** The answer, where R is not needed for it, or R's work. Throws what is wrong with the request. */
  answer(request: ModelRequest): Reply | PredictWork;
  /** A form of the error that the clients of this path understand; undefined for Penstock's own. */
  errorReply(path: string, error: PenstockError, id: string): Reply | undefined;
  /** As those of `ExchangeContext`. */
  enter(): ModelExchangeContext;
  leave(): void;
  readonly serialized: (ms: number) => void;
  finished(record: ExchangeRecord): void;
}

/** One request to a saved model, and its answer. */
export class ModelExchange implements Visit {
  next: Visit | undefined;
  previous: Visit | undefined;
  listed = false;
  readonly #id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  #context: ModelExchangeContext;
  #entered = false;
  readonly #startedAt = performance.now();
  readonly #path: string;
  readonly #query: string;
  #ticket: Ticket | undefined;
  #error: PenstockError | undefined;
  #bytes = 0;

  constructor(request: IncomingMessage, response: ServerResponse, context: ModelExchangeContext) {
    this.#id = requestId(request.headers);
    this.request = request;
    this.response = response;
    this.#context = context;
    const url = request.url!;
    const at = url.indexOf('?');
    this.#path = at < 0 ? url : url.slice(0, at);
    this.#query = at < 0 ? '' : url.slice(at + 1);
  }

  run(): void {
    if (!hasBody(this.request)) {
      this.#answer(undefined);
      return;
    }
    const { bodies, options } = this.#context;
    readBody(this.request, this.response, options.bodyLimit, bodies, (error, body) => {
      if (error === undefined) {
        this.#answer(body);
        return;
      }
      // The rest of the body is not read, so the connection can't be used again.
      linger(this.request.socket);
      this.response.setHeader('Connection', 'close');
      this.#fail(error);
    });
  }

  #answer(body: Buffer | undefined): void {
    this.#context = this.#context.enter();
    this.#entered = true;
    this.#guard(() => {
      const answer = this.#context.answer({
        method: this.request.method!,
        path: this.#path,
        query: new URLSearchParams(this.#query),
        body,
        requestId: this.#id,
      });
      if ('status' in answer) this.#send(answer);
      // predict() of many models fails without any rows.
      else if (answer.input.rows === 0) this.#send(answer.reply({ columns: [] }, 0, 0));
      else this.#dispatch(answer);
    });
  }

  #dispatch(work: PredictWork): void {
    this.#ticket = this.#context.dispatcher.submit({
      label: this.#id,
      url: this.#path,
      type: FrameType.predict,
      payload: () => [predictPayload(work.endpoint.model, work.options, [work.input])],
      batch: new ModelBatch(work),
      safe: true, // whatever its method: a prediction changes nothing
      routeTime: work.endpoint.time,
      load: work.endpoint.load,
      urgent: false,
      timeout: this.#timeout,
      settle: (outcome) => this.#guard(() => this.#settle(outcome, work)),
    });
  }

  get #timeout(): number {
    const { timeout } = this.#context.options;
    const asked = this.request.headers['x-request-timeout'];
    return asked === undefined ? timeout : clientTimeout(asked, timeout);
  }

  #settle(outcome: Outcome, work: PredictWork): void {
    if (outcome.kind === 'error') throw new PenstockError(outcome.code, outcome.detail);
    if (outcome.kind === 'part') {
      this.#send(outcome.part as Reply);
      return;
    }
    const prediction = this.#prediction(outcome.frame);
    const begun = performance.now();
    const reply = work.reply(prediction, 0, work.input.rows);
    this.#context.serialized(performance.now() - begun);
    this.#send(reply);
  }

  #prediction(frame: Frame): Prediction {
    // Somebody else's SIGINT: the operator's.
    if (frame.type === FrameType.interrupted) throw new PenstockError('worker_lost', 'It was interrupted.');
    if (frame.payload.length < frame.length) throw this.#tooLarge(frame.length);
    if (frame.type !== FrameType.value) throw new PenstockError('prediction_failed');
    const result = readPrediction(frame.payload);
    if ('failure' in result) throw new PenstockError('prediction_failed', result.failure);
    return result;
  }

  #tooLarge(bytes: number): PenstockError {
    const { responseLimit } = this.#context.options;
    return new PenstockError(
      'response_too_large',
      `It has ${bytes} bytes, and ${responseLimit} are the limit.`,
    );
  }

  #send(reply: Reply): void {
    this.#bytes = reply.body?.length ?? 0;
    if (this.#bytes > this.#context.options.responseLimit) throw this.#tooLarge(this.#bytes);
    this.#leave();
    reply.headers.unshift(['X-Request-Id', this.#id]);
    this.#guard(() => {
      sendReply(this.request, this.response, reply)?.catch((error: unknown) => {
        if (!this.response.destroyed) this.#failWith(error); // else the client left while it was sent
      });
    });
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failWith(error);
    }
  }

  /** Whatever it is, it costs this request only. */
  #failWith(error: unknown): void {
    this.#fail(
      error instanceof PenstockError ? error : new PenstockError('response_invalid', `${String(error)}.`),
    );
  }

  #fail(error: PenstockError): void {
    this.#error = error;
    const retryAfter = isPassing(error) ? this.#context.dispatcher.retryAfter : undefined;
    this.#leave();
    const own = this.#context.errorReply(this.#path, error, this.#id);
    if (own === undefined || this.response.headersSent) {
      sendError(this.response, error, this.#id, retryAfter);
      return;
    }
    if (retryAfter !== undefined) own.headers.push(['Retry-After', String(retryAfter)]);
    this.#send(own);
  }

  #leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#context.leave();
  }

  closed(): void {
    const answered = this.response.writableFinished;
    if (!answered && this.#ticket !== undefined) this.#context.dispatcher.cancel(this.#ticket);
    this.#leave();
    this.#context.finished({
      request: this.request,
      id: this.#id,
      method: this.request.method!,
      path: this.#path,
      status: answered ? this.response.statusCode : 0,
      bytes: answered ? Number(this.response.getHeader('content-length') ?? this.#bytes) : 0,
      error: this.#error,
      ticket: this.#ticket,
      lane: 'model',
      duration: performance.now() - this.#startedAt,
    });
  }
}
