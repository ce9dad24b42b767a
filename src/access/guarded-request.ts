import type { IncomingMessage, ServerResponse } from 'node:http';
import { PenstockError } from '../errors.js';
import { sendError } from '../http/error-reply.js';
import { linger } from '../http/linger.js';
import type { OpenRequest } from '../http/public-server.js';
import { sendReply } from '../http/reply.js';
import { hasBody } from '../http/request-body.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import { requestId } from '../observe/request-id.js';

/** What becomes of a request. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly error: PenstockError; readonly retryAfter?: number }
  | { readonly kind: 'answer'; readonly status: number; readonly headers: [string, string][] };

interface Guard {
  judge(): Verdict | Promise<Verdict>;
  open(request: IncomingMessage, response: ServerResponse): OpenRequest;
  finished(record: ExchangeRecord): void;
}

/** A request that goes on only when it is known to be allowed. */
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
  /** Of a request that goes no further. */
  #id = '';
  /** Its client has left. */
  #left = false;

  constructor(request: IncomingMessage, response: ServerResponse, guard: Guard) {
    this.request = request;
    this.response = response;
    this.#guard = guard;
  }

  run(): void {
    const verdict = this.#guard.judge();
    if (!(verdict instanceof Promise)) {
      this.#act(verdict);
      return;
    }
    verdict.then(
      (found) => this.#act(found),
      (error: unknown) => {
        // What cannot be checked is not allowed.
        const known = error instanceof PenstockError ? error : new PenstockError('credentials_unchecked');
        this.#act({ kind: 'refuse', error: known, retryAfter: 5 });
      },
    );
  }

  #act(verdict: Verdict): void {
    if (this.#left) return;
    if (verdict.kind === 'pass') {
      this.#inner = this.#guard.open(this.request, this.response);
      this.#inner.run();
      return;
    }
    if (hasBody(this.request)) {
      // It is not read, so the connection can't be used again.
      linger(this.request.socket);
      this.response.setHeader('Connection', 'close');
    }
    this.#id = requestId(this.request.headers);
    if (verdict.kind === 'refuse') {
      this.#error = verdict.error;
      sendError(this.response, verdict.error, this.#id, verdict.retryAfter);
    } else {
      const headers: [string, string][] = [['X-Request-Id', this.#id], ...verdict.headers];
      void sendReply(this.request, this.response, { status: verdict.status, headers });
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
