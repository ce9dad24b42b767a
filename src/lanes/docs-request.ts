import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visit } from '../http/public-server.js';
import { type Reply, sendReply } from '../http/reply.js';
import { requestId } from '../observe/request-id.js';
import type { ExchangeRecord } from './exchange-record.js';

/** A request for the page that documents the API: answered without R. */
export class DocsVisit implements Visit {
  next: Visit | undefined;
  previous: Visit | undefined;
  listed = false;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #id: string;
  readonly #reply: Reply;
  readonly #finished: (record: ExchangeRecord) => void;
  readonly #startedAt = performance.now();

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    reply: Reply,
    finished: (record: ExchangeRecord) => void,
  ) {
    this.request = request;
    this.response = response;
    this.#id = requestId(request.headers);
    this.#reply = reply;
    this.#finished = finished;
  }

  run(): void {
    this.#reply.headers.unshift(['X-Request-Id', this.#id]);
    // Nothing can be wrong with it but that the client has left.
    sendReply(this.request, this.response, this.#reply)?.catch(() => this.response.destroy());
  }

  closed(): void {
    const answered = this.response.writableFinished;
    this.#finished({
      request: this.request,
      id: this.#id,
      method: this.request.method!,
      path: this.request.url!.split('?')[0]!,
      status: answered ? this.response.statusCode : 0,
      bytes: answered ? (this.#reply.body?.length ?? 0) : 0,
      error: undefined,
      ticket: undefined,
      lane: 'docs',
      duration: performance.now() - this.#startedAt,
    });
  }
}
