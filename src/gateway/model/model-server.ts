import { PenstockError } from '../../errors.js';
import type { ServedModel } from '../../model/schema.js';
import type { Reply } from '../reply.js';
import { Endpoint } from './endpoint.js';
import { predict } from './predict.js';
import type { ModelRequest, PredictWork } from './request.js';

type Handler = (request: ModelRequest) => Reply | PredictWork;

/** The paths that a saved model is served under. */
export class ModelServer {
  readonly #routes: ReadonlyMap<string, Readonly<Record<string, Handler>>>;

  constructor(model: ServedModel) {
    const endpoint = new Endpoint(model);
    this.#routes = new Map([['/predict', { POST: (request: ModelRequest) => predict(endpoint, request) }]]);
  }

  answer(request: ModelRequest): Reply | PredictWork {
    const methods = this.#routes.get(request.path);
    if (methods === undefined) throw new PenstockError('not_found');
    const handler = methods[request.method];
    if (handler === undefined) throw new PenstockError('method_not_allowed');
    return handler(request);
  }

  errorReply(_path: string, _error: PenstockError, _id: string): Reply | undefined {
    return undefined;
  }
}
