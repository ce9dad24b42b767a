import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenRequest } from '../../http/public-server.js';

/** A request that may wait for a reload. */
export class DevRequest implements OpenRequest {
  next: OpenRequest | undefined;
  previous: OpenRequest | undefined;
  listed = false;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #decide: (request: DevRequest) => void;
  #inner: OpenRequest | undefined;

  /** @param decide answers the request or calls `pass`, immediately or later */
  constructor(request: IncomingMessage, response: ServerResponse, decide: (request: DevRequest) => void) {
    this.request = request;
    this.response = response;
    this.#decide = decide;
  }

  run(): void {
    this.#decide(this);
  }

  /** Passes the request on. */
  pass(inner: OpenRequest): void {
    this.#inner = inner;
    inner.run();
  }

  closed(): void {
    this.#inner?.closed();
  }
}
