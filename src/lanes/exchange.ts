import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Outcome } from '../dispatch/outcome.js';
import type { Ticket } from '../dispatch/ticket.js';
import { PenstockError } from '../errors.js';
import { clientTimeout } from '../http/client-timeout.js';
import { isPassing, sendError } from '../http/error-reply.js';
import { linger } from '../http/linger.js';
import { isSafe } from '../http/pipeline.js';
import type { OpenRequest } from '../http/public-server.js';
import { queueTimeout } from '../http/queue-timeout.js';
import { bytesOf, bytesSent, type Reply, sendReply, tooLarge } from '../http/reply.js';
import { hasBody, RequestBody } from '../http/request-body.js';
import { requestId } from '../observe/request-id.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { pathOf, type RoutePolicy } from './app-routes.js';
import { cacheKey } from './cache/cache-key.js';
import { CacheLookup } from './cache/cache-lookup.js';
import { Deadline } from './deadline.js';
import type { ExchangeContext } from './exchange-context.js';
import { type Answer, isReply, type LaneName, type Prepared, type Work } from './lane.js';
import { StreamedAnswer } from './streamed-answer.js';

/**
 * One request and its answer, whatever the lane:
 *
 *     body ─► cache ─► lane.prepare ─► dispatcher ─► work.answer ─► reply
 *               │           └── a reply without R ──────────────────►│
 *               └── a cached response ──────────────────────────────►│
 *
 * Every call into an exchange goes through `#guard`, the only error boundary. Whatever is thrown there, the request is
 * answered with an error, and no other request is affected.
 */
export class Exchange implements OpenRequest {
  next: OpenRequest | undefined;
  previous: OpenRequest | undefined;
  listed = false;
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #startedAt = performance.now();
  #context: ExchangeContext;
  #entered = false;
  /** Undefined if the request has no body. */
  #incoming: RequestBody | undefined;
  #body: Buffer | undefined;
  #lane: LaneName = 'plumber';
  /** The policy of the request's route, if known. */
  #policy: RoutePolicy | undefined;
  #work: Work | undefined;
  readonly #tickets: Ticket[] = [];
  readonly #deadline = new Deadline();
  /** Set if the response can be cached. */
  #lookup: CacheLookup | undefined;
  #reply: Reply | undefined;
  /** Set if the reply is a stream. */
  #stream: StreamedAnswer | undefined;
  #error: PenstockError | undefined;
  /** The request is answered, or its client has disconnected. */
  #over = false;

  constructor(request: IncomingMessage, response: ServerResponse, context: ExchangeContext) {
    this.id = requestId(request.headers);
    this.request = request;
    this.response = response;
    this.#context = context;
  }

  run(): void {
    if (!hasBody(this.request)) {
      this.#guard(() => this.#arrived());
      return;
    }
    const { bodies, lane, options } = this.#context;
    const files = lane.takesFile?.(this.request) === true ? bodies.files : undefined;
    this.#incoming = new RequestBody(this.request, options.bodyLimit, bodies.memory, files);
    this.#incoming.read((error, body) => {
      this.#guard(() => {
        if (error !== undefined) this.#rejectBody(error);
        this.#body = body;
        this.#arrived();
      });
    });
  }

  /** The rest of the body is not read, so the connection can't be reused. */
  #rejectBody(error: PenstockError): never {
    linger(this.request.socket);
    this.response.setHeader('Connection', 'close');
    throw error;
  }

  #arrived(): void {
    this.#context = this.#context.enter();
    this.#entered = true;
    this.#checkAccess();
    if (!this.#lookUp()) this.#prepare();
  }

  /** The request was admitted before it arrived completely. By now the app may have other routes, with other rules. */
  #checkAccess(): void {
    if (!this.#context.admits(this.request)) throw new PenstockError('app_reloaded');
  }

  /** Starts a cache lookup if the response may be cached. Returns whether it did. */
  #lookUp(): boolean {
    const { cache, lane } = this.#context;
    if (cache === undefined || this.#incoming?.file !== undefined) return false;
    this.#policy = lane.policy?.(this.request);
    const tag = this.#policy?.cache;
    const key = tag && cacheKey(this.request, this.#body, tag);
    if (key === undefined) return false;
    this.#lookup = new CacheLookup(cache, key, tag!, {
      request: this.request,
      answer: (reply) =>
        this.#guard(() => {
          this.#deadline.stop();
          this.#lane = 'cache';
          this.#send(reply);
        }),
      compute: () =>
        this.#guard(() => {
          this.#deadline.stop();
          this.#prepare();
        }),
    });
    this.#lookup.begin();
    if (this.#lookup.waits) this.#watchDeadline();
    return true;
  }

  /** @param stale whether the free worker has not loaded the plan that the work was prepared for */
  #prepare(stale = false): void {
    const { lane } = this.#context;
    const { file } = this.#incoming ?? {};
    const prepared = lane.prepare({ http: this.request, id: this.id, body: this.#body, file, stale });
    if (prepared instanceof Promise) this.#later(prepared, (value) => this.#begin(value));
    else this.#begin(prepared);
  }

  #begin(prepared: Prepared): void {
    this.#lane = prepared.lane;
    if ('reply' in prepared) this.#send(prepared.reply);
    else this.#dispatch(prepared);
  }

  #dispatch(work: Work): void {
    this.#work = work;
    this.#policy = work.policy ?? this.#policy;
    const ticket = this.#context.dispatcher.submit({
      label: this.id,
      url: this.request.url!,
      type: work.type,
      payload: () => {
        if (work.urgent !== true) this.#checkAccess(); // the worker may have loaded new routes
        return work.payload();
      },
      safe: work.safe ?? isSafe(this.request.method!),
      urgent: work.urgent ?? false,
      batch: work.batch,
      route: work.policy?.route,
      plan: work.plan,
      timeout: this.#deadline.remaining(this.#timeout),
      queueTimeout: queueTimeout(this.request.headers),
      settle: (outcome, settled) => this.#guard(() => this.#settle(outcome, settled)),
      stream: (head, own) => this.#openStream(head, own),
    });
    this.#note(ticket);
  }

  #openStream(head: Frame, ticket: Ticket): StreamedAnswer {
    this.#note(ticket);
    const stream = new StreamedAnswer(this, ticket, this.#context, this.#timeout, (error) =>
      this.#fail(error),
    );
    this.#stream = stream;
    this.#guard(() => this.#answer(head));
    return stream;
  }

  /** A ticket may be settled before `submit` has returned it. */
  #note(ticket: Ticket): void {
    if (!this.#tickets.includes(ticket)) this.#tickets.push(ticket);
  }

  #settle(outcome: Outcome, ticket: Ticket): void {
    this.#note(ticket);
    switch (outcome.kind) {
      case 'error':
        throw new PenstockError(outcome.code, outcome.detail);
      case 'part':
        this.#send(outcome.part as Reply);
        return;
      case 'stale':
        this.#deadline.begin(ticket.queuedAt);
        this.#prepare(true);
        return;
      case 'failed':
        throw outcome.error;
      case 'answer':
        this.#answer(outcome.frame);
    }
  }

  #answer(frame: Frame): void {
    // A frame over the limit arrives without its payload.
    if (frame.payload.length < frame.length)
      throw tooLarge(String(frame.length), this.#context.options.responseLimit);
    const startedAt = performance.now();
    const answer = this.#work!.answer(frame);
    if (answer instanceof Promise) this.#later(answer, (value) => this.#take(value, frame, startedAt));
    else this.#take(answer, frame, startedAt);
  }

  #take(answer: Answer, { type }: Frame, startedAt: number): void {
    if (type === FrameType.value) this.#context.serialized(performance.now() - startedAt);
    if (isReply(answer)) {
      this.#send(answer);
      return;
    }
    this.#deadline.begin(this.#tickets[0]!.queuedAt);
    this.#dispatch(answer);
  }

  #send(reply: Reply): void {
    const { responseLimit } = this.#context.options;
    const bytes = reply.pieces === undefined ? (reply.body?.length ?? 0) : bytesOf(reply.pieces);
    if (bytes > responseLimit) throw tooLarge(String(bytes), responseLimit);
    if (reply.stream === undefined) this.#leave();
    const sent = this.#lookup === undefined ? reply : this.#lookup.computed(reply);
    if (this.response.destroyed) {
      this.#stream?.abandon(); // it was computed for other requests
      return;
    }
    this.#reply = sent;
    sent.headers.unshift(['X-Request-Id', this.id]);
    if (sent.stream !== undefined) {
      this.#stream!.begin(sent);
      return;
    }
    sendReply(this.request, this.response, sent)?.catch((error: unknown) => {
      if (!this.response.destroyed) this.#fail(error); // else the client disconnected meanwhile
    });
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    const error =
      cause instanceof PenstockError ? cause : new PenstockError('response_invalid', `${String(cause)}.`);
    this.#leave();
    this.#error = error;
    if (this.#stream?.breakOff(error) === true) return;
    if (this.#lookup !== undefined) {
      this.#lookup.failed(['deadline_exceeded', 'worker_lost', 'no_worker_free'].includes(error.code));
      if (this.response.destroyed) return; // it was computed for other requests
    }
    const { dispatcher, lane } = this.#context;
    const retryAfter = isPassing(error) ? dispatcher.retryAfter : undefined;
    const own = this.response.headersSent ? undefined : lane.errorReply?.(this.request, error, this.id);
    if (own === undefined) {
      sendError(this.response, error, this.id, retryAfter);
      return;
    }
    this.#reply = own;
    own.headers.unshift(['X-Request-Id', this.id]);
    if (retryAfter !== undefined) own.headers.push(['Retry-After', String(retryAfter)]);
    sendReply(this.request, this.response, own)?.catch(() => {}); // the client disconnected meanwhile
  }

  /** Continues when a thread is done, unless the client has disconnected or the deadline has passed. */
  #later<T>(result: Promise<T>, next: (value: T) => void): void {
    this.#policy ??= this.#context.lane.policy?.(this.request);
    this.#watchDeadline();
    const done = (act: () => void): void => {
      this.#deadline.stop();
      if (!this.#over) this.#guard(act);
    };
    result.then(
      (value) => done(() => next(value)),
      (error: unknown) => done(() => this.#fail(error)),
    );
  }

  /** While the dispatcher does not have the request. */
  #watchDeadline(): void {
    this.#deadline.begin(this.#tickets[0]?.queuedAt ?? performance.now());
    this.#deadline.watch(this.#timeout, () => {
      this.#over = true;
      const limit = `${this.#timeout / 1000} s`;
      this.#fail(new PenstockError('deadline_exceeded', `Converting its data took the rest of ${limit}.`));
    });
  }

  /** The time limit of the request, in ms. */
  get #timeout(): number {
    const most = this.#policy?.timeout ?? this.#context.options.timeout;
    const asked = this.request.headers['x-request-timeout'];
    return asked === undefined ? most : clientTimeout(asked, most);
  }

  #leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#context.leave();
  }

  closed(): void {
    const answered = this.response.writableFinished;
    this.#incoming?.release();
    this.#stream?.stop();
    // If other requests wait for this response, it is still computed.
    if (this.#lookup?.leave() !== true) {
      this.#over = true;
      this.#deadline.stop();
      const ticket = this.#tickets.at(-1);
      if (!answered && ticket !== undefined) this.#context.dispatcher.cancel(ticket);
      this.#leave();
    }
    this.#context.finished({
      request: this.request,
      id: this.id,
      method: this.request.method!,
      path: pathOf(this.request.url!),
      status: answered || this.#stream?.begun === true ? this.response.statusCode : 0,
      bytes: this.#stream?.bytes ?? (answered ? bytesSent(this.request, this.response, this.#reply) : 0),
      error: this.#error,
      tickets: this.#tickets,
      lane: this.#lane,
      cache: this.#lookup?.result,
      stream: this.#stream?.record(this.#startedAt),
      duration: performance.now() - this.#startedAt,
    });
  }
}
