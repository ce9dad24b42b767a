import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visit } from '../../http/public-server.js';

/** A request that may have to wait for a reload before it is known who answers it. */
export class DevVisit implements Visit {
  next: Visit | undefined;
  previous: Visit | undefined;
  listed = false;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #decide: (visit: DevVisit) => void;
  #decided: Visit | undefined;

  /** @param decide answers it, or calls `pass`; now or later */
  constructor(request: IncomingMessage, response: ServerResponse, decide: (visit: DevVisit) => void) {
    this.request = request;
    this.response = response;
    this.#decide = decide;
  }

  run(): void {
    this.#decide(this);
  }

  /** Leaves it to `visit`. */
  pass(visit: Visit): void {
    this.#decided = visit;
    visit.run();
  }

  closed(): void {
    this.#decided?.closed();
  }
}
