import type { IncomingMessage } from 'node:http';
import type { Reply } from '../http/reply.js';
import { LARGE_BYTES } from '../protocol/shared-bytes.js';
import type { AppRoutes, RoutePolicy } from './app-routes.js';
import type { DirectLane } from './direct/direct-lane.js';
import type { Lane, LaneRequest, Prepared } from './lane.js';
import type { LargeThreads } from './large/threads.js';
import { isJsonForm, mayBeJsonForm } from './plumber/form-json.js';
import type { PlumberLane } from './plumber/plumber-lane.js';

export interface AppLanesParts {
  readonly plumber: PlumberLane;
  /** Undefined if every request takes the plumber lane. */
  readonly direct: DirectLane | undefined;
  /** Undefined if unknown. */
  readonly routes: AppRoutes | undefined;
  /** Serves Penstock's own API documentation; undefined if plumber's pages are used, or none. */
  readonly docs: ((request: IncomingMessage) => Reply | undefined) | undefined;
  readonly threads: LargeThreads;
  /** Whether to read a body as JSON if its type is a form but it is one JSON object or array. */
  readonly formJson: boolean;
}

/** Types of bodies that the gateway parses. */
const READ_HERE = /json|x-www-form-urlencoded/i;

/** The lanes of a plumber app. Decides which lane a request takes. */
export class AppLanes implements Lane {
  readonly #parts: AppLanesParts;
  #direct: DirectLane | undefined;

  constructor(parts: AppLanesParts) {
    this.#parts = parts;
    this.#direct = parts.direct;
  }

  /** Sends all requests to the plumber lane from now on, because the workers have loaded different plans. */
  leaveDirectLane(): void {
    this.#direct = undefined;
  }

  policy({ method, url }: IncomingMessage): RoutePolicy | undefined {
    return this.#parts.routes?.find(method!, url!);
  }

  takesFile({ headers }: IncomingMessage): boolean {
    const type = headers['content-type'];
    return type !== undefined && !READ_HERE.test(type);
  }

  prepare(request: LaneRequest): Prepared | Promise<Prepared> {
    const { docs, formJson, threads } = this.#parts;
    const page = docs?.(request.http);
    if (page !== undefined) return { lane: 'docs', reply: page };
    const { body, http } = request;
    const type = http.headers['content-type'];
    if (!formJson || body === undefined || !mayBeJsonForm(type, body)) return this.#choose(request, false);
    if (body.length < LARGE_BYTES) return this.#choose(request, isJsonForm(type, body));
    return threads.run({ kind: 'check', body }).then((result) => {
      const jsonForm = result.kind === 'checked' ? result.valid : isJsonForm(type, body);
      return this.#choose(request, jsonForm);
    });
  }

  /** @param jsonForm whether to read a body with a form's type as JSON */
  #choose(request: LaneRequest, jsonForm: boolean): Prepared | Promise<Prepared> {
    const direct = request.stale ? undefined : this.#direct?.prepare(request, jsonForm);
    return direct ?? this.#parts.plumber.prepare(request, jsonForm);
  }
}
