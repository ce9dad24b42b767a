import type { IncomingMessage } from 'node:http';
import type { PenstockError } from '../errors.js';
import type { Reply } from '../http/reply.js';
import type { RoutePolicy } from './app-routes.js';
import { type Answer, isReply, type Lane, type LaneRequest, type Prepared, type Work } from './lane.js';

/** What changes the requests and replies of a lane. */
export interface Revision {
  /** Returns the request as the lane should get it. */
  readonly request?: (request: LaneRequest) => LaneRequest;
  /** Returns the reply that the client gets for R's answer. */
  readonly reply?: (reply: Reply, request: LaneRequest) => Reply;
}

/** A lane whose requests and replies are revised. Parts of a batch are not. */
export class RevisedLane implements Lane {
  readonly #lane: Lane;
  readonly #revision: Revision;

  constructor(lane: Lane, revision: Revision) {
    this.#lane = lane;
    this.#revision = revision;
  }

  policy(request: IncomingMessage): RoutePolicy | undefined {
    return this.#lane.policy?.(request);
  }

  takesFile(request: IncomingMessage): boolean {
    return this.#lane.takesFile?.(request) === true;
  }

  errorReply(request: IncomingMessage, error: PenstockError, id: string): Reply | undefined {
    return this.#lane.errorReply?.(request, error, id);
  }

  prepare(arrived: LaneRequest): Prepared | Promise<Prepared> {
    const request = this.#revision.request?.(arrived) ?? arrived;
    const prepared = this.#lane.prepare(request);
    return prepared instanceof Promise
      ? prepared.then((value) => this.#around(value, request))
      : this.#around(prepared, request);
  }

  #around(prepared: Prepared, request: LaneRequest): Prepared {
    return 'reply' in prepared ? prepared : this.#watched(prepared, request);
  }

  #watched(work: Work, request: LaneRequest): Work {
    const revised = (answer: Answer): Answer =>
      isReply(answer) ? (this.#revision.reply?.(answer, request) ?? answer) : this.#watched(answer, request);
    return {
      ...work,
      payload: () => work.payload(),
      answer: (frame) => {
        const answer = work.answer(frame);
        return answer instanceof Promise ? answer.then(revised) : revised(answer);
      },
    };
  }
}
