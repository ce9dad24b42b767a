import { PathRoutes } from '../../dispatch/path-routes.js';
import { replyFrom } from '../../http/reply.js';
import { FrameType } from '../../protocol/frame.js';
import type { AppRoutes } from '../app-routes.js';
import type { LaneRequest, Work } from '../lane.js';
import { rookPayload } from './rook-request.js';

/** The plumber lane: R gets the whole request, and plumber's own router answers it. */
export class PlumberLane {
  readonly #routes: AppRoutes | undefined;
  readonly #paths = new PathRoutes();

  /** @param routes undefined if unknown */
  constructor(routes: AppRoutes | undefined) {
    this.#routes = routes;
  }

  /** @param jsonForm whether to read a body with a form's type as JSON */
  prepare({ body, file, http }: LaneRequest, jsonForm: boolean): Work {
    const payload = rookPayload(http, file ?? body, jsonForm);
    const policy = this.#routes?.find(http.method!, http.url!);
    return {
      lane: 'plumber',
      type: FrameType.request,
      payload: () => payload,
      policy: policy ?? { route: this.#paths.of(http.method!, http.url!) },
      answer: ({ payload, type }) => replyFrom(payload, type),
    };
  }
}
