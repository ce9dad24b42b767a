import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenRequest } from '../../http/public-server.js';

/** A request that may have to wait for a reload before it is known who answers it. */
export class DevRequest implements OpenRequest {
  next: OpenRequest | undefined;
  previous: OpenRequest | undefined;
  listed = false;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #decide: (open: DevRequest) => void;
  #inner: OpenRequest | undefined;

  /** @param decide answers it, or calls `passTo`; now or later */
  constructor(request: IncomingMessage, response: ServerResponse, decide: (open: DevRequest) => void) {
    this.request = request;
    this.response = response;
    this.#decide = decide;
  }

  run(): void {
    this.#decide(this);
  }

  /** Lets `inner` answer the request. */
  passTo(inner: OpenRequest): void {
    this.#inner = inner;
    inner.run();
  }

  closed(): void {
    this.#inner?.closed();
  }
}
