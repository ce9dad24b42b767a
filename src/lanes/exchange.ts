import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Batchable } from '../dispatch/batch.js';
import type { Outcome } from '../dispatch/outcome.js';
import type { RouteTime } from '../dispatch/route-time.js';
import type { Ticket } from '../dispatch/ticket.js';
import { PenstockError } from '../errors.js';
import { clientTimeout } from '../http/client-timeout.js';
import { isPassing, sendError } from '../http/error-reply.js';
import { linger } from '../http/linger.js';
import type { Visit } from '../http/public-server.js';
import { bytesOf, type Reply, replyFrom, sendReply, tooLarge } from '../http/reply.js';
import { hasBody, readBody } from '../http/request-body.js';
import { NotCovered } from '../json/index.js';
import { requestId } from '../observe/request-id.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { LARGE_BYTES, SharedBytes } from '../protocol/shared-bytes.js';
import { cacheKey } from './cache/cache-key.js';
import { CacheVisit } from './cache/cache-lookup.js';
import type { ResponseCache } from './cache/response-cache.js';
import type { ExchangeContext } from './exchange-context.js';
import type { Lane } from './exchange-record.js';
import { isJsonForm, mayBeJsonForm } from './form-json.js';
import { rookPayload } from './plumber/rook-request.js';
import type { RoutePolicy } from './route-policies.js';

/** HTTP defines these to change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** One request and its answer. */
export class Exchange implements Visit {
  next: Visit | undefined;
  previous: Visit | undefined;
  listed = false;
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  #context: ExchangeContext;
  #entered = false;
  readonly #startedAt = performance.now();
  #ticket: Ticket | undefined;
  #error: PenstockError | undefined;
  #reply: Reply | undefined;
  #lane: Lane = 'plumber';
  /** Of the endpoint that it is for, as far as that is known. */
  #policy: RoutePolicy | undefined;
  /** `performance.now()` since when its deadline runs, if not since it comes to the dispatcher. */
  #since: number | undefined;
  /** Set where the responses of its route are kept. */
  #visit: CacheVisit | undefined;
  /** Of a deadline that is not the dispatcher's. */
  #timer: NodeJS.Timeout | undefined;
  /** It is answered, or there is nobody to answer any more. */
  #over = false;

  constructor(request: IncomingMessage, response: ServerResponse, context: ExchangeContext) {
    this.id = requestId(request.headers);
    this.request = request;
    this.response = response;
    this.#context = context;
  }

  run(): void {
    if (!hasBody(this.request)) {
      this.#arrived(undefined);
      return;
    }
    const { bodies, options } = this.#context;
    readBody(this.request, this.response, options.bodyLimit, bodies, (error, body) => {
      if (error === undefined) this.#arrived(body);
      else this.#refuseBody(error);
    });
  }

  #arrived(body: Buffer | undefined): void {
    this.#context = this.#context.enter();
    this.#entered = true;
    const { cache } = this.#context;
    if (cache === undefined || !this.#visits(cache, body)) this.#submit(body);
  }

  /** Whether the answer may be one that is kept. */
  #visits(cache: ResponseCache, body: Buffer | undefined): boolean {
    this.#policy = this.#context.policies!.find(this.request.method!, this.request.url!);
    const tag = this.#policy?.cache;
    const key = tag && cacheKey(this.request, body, tag);
    if (key === undefined) return false;
    this.#visit = new CacheVisit(cache, key, tag!, {
      request: this.request,
      answer: (reply) => {
        this.#endWait();
        this.#lane = 'cache';
        this.#send(reply);
      },
      compute: () => {
        this.#endWait();
        this.#submit(body);
      },
    });
    this.#visit.enter();
    if (this.#visit.waits) this.#wait();
    return true;
  }

  #submit(body: Buffer | undefined): void {
    const { options, threads } = this.#context;
    const type = this.request.headers['content-type'];
    if (!options.formJson || body === undefined || !mayBeJsonForm(type, body)) this.#call(body, false);
    else if (body.length < LARGE_BYTES) this.#call(body, isJsonForm(type, body));
    else {
      this.#later(threads.run({ kind: 'check', body }), (result) => {
        this.#call(body, result.kind === 'checked' ? result.valid : isJsonForm(type, body));
      });
    }
  }

  /** @param jsonForm the body is labelled a form but is to be read as JSON */
  #call(body: Buffer | undefined, jsonForm: boolean): void {
    const { direct, policies } = this.#context;
    const call = direct?.call(this.request, body, jsonForm);
    if (call === undefined) {
      this.#policy ??= policies?.find(this.request.method!, this.request.url!);
      const payload = rookPayload(this.request, body, jsonForm);
      const time = this.#context.pathTimes.of(this.request.method!, this.request.url!);
      this.#dispatch(FrameType.request, () => payload, time);
      return;
    }
    this.#lane = 'direct';
    this.#policy = policies?.at(call.index);
    const { batch, time } = call;
    if (batch !== undefined) {
      this.#dispatch(FrameType.call, call.payload as () => readonly Buffer[], time, batch);
      return;
    }
    const payload = call.payload();
    if (!(payload instanceof Promise)) this.#dispatch(FrameType.call, () => payload, time);
    else this.#later(payload, (pieces) => this.#dispatch(FrameType.call, () => pieces, time));
  }

  /** Goes on when a thread is done, unless the client has left or the deadline has passed by then. */
  #later<T>(result: Promise<T>, go: (value: T) => void): void {
    this.#policy ??= this.#context.policies?.find(this.request.method!, this.request.url!);
    this.#wait();
    const goOn = (value: T): void => {
      this.#endWait();
      if (!this.#over) go(value);
    };
    result.then(goOn).catch((error: unknown) => {
      this.#endWait();
      if (!this.#over) this.#failAnswer(error);
    });
  }

  /** Its deadline runs, though the dispatcher has not got it. */
  #wait(): void {
    this.#since ??= this.#ticket?.queuedAt ?? performance.now();
    this.#timer = setTimeout(() => {
      this.#over = true;
      const limit = `${this.#timeout / 1000} s`;
      this.#fail(new PenstockError('deadline_exceeded', `It was prepared for the rest of ${limit}.`));
    }, this.#remaining);
  }

  #endWait(): void {
    clearTimeout(this.#timer);
  }

  /** Milliseconds in which it has to be answered. */
  get #timeout(): number {
    const most = this.#policy?.timeout ?? this.#context.options.timeout;
    const asked = this.request.headers['x-request-timeout'];
    return asked === undefined ? most : clientTimeout(asked, most);
  }

  /** Milliseconds that are left of them, at least 1. */
  get #remaining(): number {
    if (this.#since === undefined) return this.#timeout;
    return Math.max(1, this.#since + this.#timeout - performance.now());
  }

  #dispatch(
    type: FrameType,
    payload: () => readonly Buffer[],
    routeTime?: RouteTime,
    batch?: Batchable,
  ): void {
    this.#ticket = this.#context.dispatcher.submit({
      label: this.id,
      url: this.request.url!,
      type,
      payload,
      safe: SAFE_METHODS.has(this.request.method!),
      routeTime,
      batch,
      load: type === FrameType.print ? undefined : this.#policy?.load,
      urgent: type === FrameType.print,
      timeout: this.#remaining,
      settle: (outcome) => this.#settle(outcome),
    });
  }

  #settle(outcome: Outcome): void {
    if (outcome.kind === 'error') {
      this.#fail(new PenstockError(outcome.code, outcome.detail));
      return;
    }
    if (outcome.kind === 'part') {
      this.#send(outcome.part as Reply);
      return;
    }
    const { frame } = outcome;
    if (frame.type === FrameType.interrupted) {
      // Somebody else's SIGINT: the operator's, or the handler's own.
      this.#fail(new PenstockError('worker_lost', 'It was interrupted.'));
      return;
    }
    // A frame over the limit comes without what it announced.
    if (frame.payload.length < frame.length)
      this.#fail(tooLarge(String(frame.length), this.#context.options.responseLimit));
    else this.#answer(frame);
  }

  #answer({ payload, type }: Frame): void {
    try {
      const { direct, options } = this.#context;
      if (type !== FrameType.value) {
        this.#sendOrPrint(replyFrom(payload), payload);
        return;
      }
      const begun = performance.now();
      const reply = direct!.reply(payload, options.responseLimit);
      if (!(reply instanceof Promise)) {
        this.#context.serialized(performance.now() - begun);
        this.#sendOrPrint(reply, payload);
        return;
      }
      this.#later(reply, (value) => {
        this.#context.serialized(performance.now() - begun);
        this.#sendOrPrint(value, payload);
      });
    } catch (error) {
      this.#failAnswer(error);
    }
  }

  #sendOrPrint(reply: Reply | NotCovered, payload: Buffer): void {
    if (reply instanceof NotCovered) {
      this.#since ??= this.#ticket!.queuedAt;
      this.#dispatch(FrameType.print, () => [payload]);
      return;
    }
    if (reply.pieces !== undefined) SharedBytes.giveBack(payload); // its value has been printed
    this.#send(reply);
  }

  #send(reply: Reply): void {
    const { responseLimit } = this.#context.options;
    const bytes = reply.pieces === undefined ? (reply.body?.length ?? 0) : bytesOf(reply.pieces);
    if (bytes > responseLimit) {
      this.#fail(tooLarge(String(bytes), responseLimit));
      return;
    }
    this.#leave();
    const sent = this.#visit === undefined ? reply : this.#visit.computed(reply);
    if (this.response.destroyed) return; // it was computed for others
    this.#reply = sent;
    sent.headers.unshift(['X-Request-Id', this.id]);
    try {
      sendReply(this.request, this.response, sent)?.catch((error: unknown) => {
        if (!this.response.destroyed) this.#failAnswer(error); // else the client left while it was sent
      });
    } catch (error) {
      this.#failAnswer(error);
    }
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
    this.response.setHeader('Connection', 'close');
    this.#fail(error);
  }

  #fail(error: PenstockError): void {
    this.#leave();
    this.#error = error;
    if (this.#visit !== undefined) {
      this.#visit.failed(error.code === 'deadline_exceeded' || error.code === 'worker_lost');
      if (this.response.destroyed) return; // it was computed for others
    }
    sendError(
      this.response,
      error,
      this.id,
      isPassing(error) ? this.#context.dispatcher.retryAfter : undefined,
    );
  }

  #leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#context.leave();
  }

  /** Bytes of the body that was sent. */
  get #bytes(): number {
    if (this.request.method === 'HEAD') return 0;
    const name = 'content-length';
    const header = this.response.getHeader(name); // Penstock's own answers; those of the app go out as a list
    return Number(header ?? this.#reply?.headers.findLast(([key]) => key.toLowerCase() === name)?.[1] ?? 0);
  }

  closed(): void {
    const answered = this.response.writableFinished;
    // What others wait for goes on.
    if (this.#visit?.leave() !== true) {
      this.#over = true;
      this.#endWait();
      if (!answered && this.#ticket !== undefined) this.#context.dispatcher.cancel(this.#ticket);
      this.#leave();
    }
    const url = this.request.url!;
    const query = url.indexOf('?');
    this.#context.finished({
      request: this.request,
      id: this.id,
      method: this.request.method!,
      path: query < 0 ? url : url.slice(0, query),
      status: answered ? this.response.statusCode : 0,
      bytes: answered ? this.#bytes : 0,
      error: this.#error,
      ticket: this.#ticket,
      lane: this.#lane,
      cache: this.#visit?.result,
      duration: performance.now() - this.#startedAt,
    });
  }
}
