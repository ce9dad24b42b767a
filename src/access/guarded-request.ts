import type { IncomingMessage, ServerResponse } from 'node:http';
import { PenstockError } from '../errors.js';
import { sendError } from '../http/error-reply.js';
import { linger } from '../http/linger.js';
import type { OpenRequest } from '../http/public-server.js';
import { sendReply } from '../http/reply.js';
import { hasBody } from '../http/request-body.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import { requestId } from '../observe/request-id.js';

/** How to proceed with a request. */
export type Decision =
  | { readonly kind: 'pass' }
  | { readonly kind: 'reject'; readonly error: PenstockError; readonly retryAfter?: number }
  | { readonly kind: 'answer'; readonly status: number; readonly headers: [string, string][] };

interface Guard {
  decide(): Decision | Promise<Decision>;
  handle(request: IncomingMessage, response: ServerResponse): OpenRequest;
  finished(record: ExchangeRecord): void;
}

/** A request that reaches the app only if the rules allow it. */
export class GuardedRequest implements OpenRequest {
  next: OpenRequest | undefined;
  previous: OpenRequest | undefined;
  listed = false;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #guard: Guard;
  readonly #startedAt = performance.now();
  #inner: OpenRequest | undefined;
  #error: PenstockError | undefined;
  /** Set if the request does not reach the app. */
  #id = '';
  /** The client has disconnected. */
  #left = false;

  constructor(request: IncomingMessage, response: ServerResponse, guard: Guard) {
    this.request = request;
    this.response = response;
    this.#guard = guard;
  }

  run(): void {
    const decision = this.#guard.decide();
    if (!(decision instanceof Promise)) {
      this.#act(decision);
      return;
    }
    decision.then(
      (found) => this.#act(found),
      (error: unknown) => {
        // Credentials that cannot be checked are rejected.
        const known = error instanceof PenstockError ? error : new PenstockError('credentials_unchecked');
        this.#act({ kind: 'reject', error: known, retryAfter: 5 });
      },
    );
  }

  #act(decision: Decision): void {
    if (this.#left) return;
    if (decision.kind === 'pass') {
      this.#inner = this.#guard.handle(this.request, this.response);
      this.#inner.run();
      return;
    }
    if (hasBody(this.request)) {
      // The body is not read, so the connection cannot be reused.
      linger(this.request.socket);
      this.response.setHeader('Connection', 'close');
    }
    this.#id = requestId(this.request.headers);
    if (decision.kind === 'reject') {
      this.#error = decision.error;
      sendError(this.response, decision.error, this.#id, decision.retryAfter);
    } else {
      const headers: [string, string][] = [['X-Request-Id', this.#id], ...decision.headers];
      void sendReply(this.request, this.response, { status: decision.status, headers });
    }
  }

  closed(): void {
    this.#left = true;
    if (this.#inner !== undefined) {
      this.#inner.closed();
      return;
    }
    const answered = this.response.writableFinished;
    const [path = ''] = this.request.url!.split('?');
    this.#guard.finished({
      request: this.request,
      id: this.#id,
      method: this.request.method!,
      path,
      status: answered ? this.response.statusCode : 0,
      bytes: answered ? Number(this.response.getHeader('content-length') ?? 0) : 0,
      error: this.#error,
      tickets: [],
      lane: 'gate',
      duration: performance.now() - this.#startedAt,
    });
  }
}
