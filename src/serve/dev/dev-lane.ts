import type { IncomingMessage } from 'node:http';
import type { PenstockError } from '../../errors.js';
import type { Reply } from '../../http/reply.js';
import type { RoutePolicy } from '../../lanes/app-routes.js';
import {
  type Answer,
  isReply,
  type Lane,
  type LaneRequest,
  type Prepared,
  type Work,
} from '../../lanes/lane.js';
import type { Failures, RError } from '../../observe/failures.js';
import { errorPage } from './error-page.js';
import { isNavigation } from './navigation.js';

/** What plumber's own error handler answers, which says nothing about the error. */
const PLUMBER_ERROR = '{"error":"500 - Internal server error"';

/** A lane under `penstock dev`: where plumber would only answer that R has failed, it shows R's error. */
export class DevLane implements Lane {
  readonly #lane: Lane;
  readonly #failures: Failures;

  constructor(lane: Lane, failures: Failures) {
    this.#lane = lane;
    this.#failures = failures;
  }

  policy(request: IncomingMessage): RoutePolicy | undefined {
    return this.#lane.policy?.(request);
  }

  errorReply(request: IncomingMessage, error: PenstockError, id: string): Reply | undefined {
    return this.#lane.errorReply?.(request, error, id);
  }

  prepare(request: LaneRequest): Prepared | Promise<Prepared> {
    const prepared = this.#lane.prepare(request);
    return prepared instanceof Promise
      ? prepared.then((value) => this.#around(value, request))
      : this.#around(prepared, request);
  }

  #around(prepared: Prepared, request: LaneRequest): Prepared {
    return 'reply' in prepared ? prepared : this.#watched(prepared, request);
  }

  #watched(work: Work, request: LaneRequest): Work {
    const revise = (answer: Answer): Answer =>
      isReply(answer) ? this.#revised(answer, request) : this.#watched(answer, request);
    return {
      ...work,
      payload: () => work.payload(),
      answer: (frame) => {
        const answer = work.answer(frame);
        return answer instanceof Promise ? answer.then(revise) : revise(answer);
      },
    };
  }

  #revised(reply: Reply, { http, id }: LaneRequest): Reply {
    const error = this.#failures.of(id);
    const silent = reply.status === 500 && reply.body?.toString('latin1').startsWith(PLUMBER_ERROR) === true;
    return error === undefined || !silent ? reply : { ...reply, ...shown(error, http) };
  }
}

/** R's error for a person in a browser, or for a program. */
function shown(error: RError, request: IncomingMessage): Pick<Reply, 'headers' | 'body'> {
  const { call, calls, file, line, message } = error;
  if (!isNavigation(request)) {
    const body = JSON.stringify({ error: '500 - Internal server error', message, call, calls, file, line });
    return { headers: [['Content-Type', 'application/json']], body: Buffer.from(body) };
  }
  const page = errorPage({
    title: 'R failed',
    message: calls.length === 0 ? message : `${message}\n\n${calls.join('\n')}`,
    place: file === undefined || line === undefined ? undefined : { file, line },
    footer: 'penstock dev shows this instead of the answer of plumber, which does not contain the error.',
  });
  return { headers: [['Content-Type', 'text/html; charset=utf-8']], body: Buffer.from(page) };
}
