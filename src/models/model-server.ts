import { errorCatalogue, PenstockError } from '../errors.js';
import { errorBody } from '../http/error-reply.js';
import type { Reply } from '../http/reply.js';
import { docsReplies, redirect } from '../lanes/docs/docs-files.js';
import type { Readings, RoutePaths, RouteSummary } from '../lanes/route-paths.js';
import { type ModelAddress, modelAddress, modelReadings, modelRoutes } from './model-paths.js';
import { openApi } from './protocols/openapi.js';
import { predict } from './protocols/predict.js';
import { jsonReply } from './protocols/reply.js';
import type { ModelRequest, PredictWork } from './protocols/request.js';
import * as v2 from './protocols/v2.js';
import * as vetiver from './protocols/vetiver.js';
import type { ModelRegistry } from './registry.js';

type Answer = Reply | PredictWork;
type Handler = (request: ModelRequest) => Answer;
/** Handlers by method. HEAD uses the handler of GET. */
type Resource = Readonly<Record<string, Handler>>;

const V2 = /^\/v2(\/|$)/;

/** Answers requests for saved models, by path. */
export class ModelServer implements RoutePaths {
  readonly #registry: ModelRegistry;
  readonly #isReady: () => boolean;
  readonly #fixed: ReadonlyMap<string, Resource>;

  /** @param isReady whether a worker can answer */
  constructor(registry: ModelRegistry, isReady: () => boolean) {
    this.#registry = registry;
    this.#isReady = isReady;
    const spec = JSON.stringify(openApi(registry));
    const fixed: [string, Resource][] = [
      ['/', { GET: () => redirect('__docs__/') }],
      ...[...docsReplies()].map(([path, reply]): [string, Resource] => [path, { GET: reply }]),
      ['/openapi.json', { GET: () => jsonReply(spec) }],
      ['/ping', { GET: vetiver.ping }],
      ['/v2', { GET: v2.serverMetadata }],
      ['/v2/', { GET: v2.serverMetadata }],
      ['/v2/health/live', { GET: v2.live }],
      ['/v2/health/ready', { GET: () => v2.ready(this.#isReady()) }],
    ];
    this.#fixed = new Map(fixed);
  }

  /** The reply, or the work for R. Throws a `PenstockError` to answer with. */
  answer(request: ModelRequest): Answer {
    const resource = this.#resource(request.path);
    const handler = resource[request.method === 'HEAD' ? 'GET' : request.method];
    return handler === undefined ? notAllowed(resource, request.requestId) : handler(request);
  }

  /** The error response in the format of this path's protocol; undefined for Penstock's own format. */
  errorReply(path: string, error: PenstockError, requestId: string): Reply | undefined {
    return V2.test(path) ? v2.errorReply(error, requestId) : undefined;
  }

  get routes(): readonly RouteSummary[] {
    return modelRoutes(this.#registry);
  }

  read(_method: string, path: string): Readings {
    return modelReadings(path, this.#registry);
  }

  #resource(path: string): Resource {
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) return fixed;
    const address = modelAddress(path, this.#registry.only);
    const resource = address && this.#ofModel(address);
    if (resource !== undefined) return resource;
    throw new PenstockError('not_found');
  }

  #ofModel({ action, inV2, name, version }: ModelAddress): Resource | undefined {
    const endpoint = () => this.#registry.find(name, version);
    const described = () => (version === undefined ? this.#registry.main(name) : endpoint());
    if (inV2) {
      switch (action) {
        case '':
          return { GET: () => v2.modelMetadata(described(), this.#registry.versions(name)) };
        case 'ready':
          return { GET: () => v2.modelReady(described().model.name, this.#isReady()) };
        case 'infer':
          return { POST: (request) => v2.infer(endpoint(), request) };
        default:
          return undefined;
      }
    }
    switch (action) {
      case 'predict':
        return { POST: (request) => predict(endpoint(), request) };
      case 'metadata':
        return { GET: () => vetiver.metadata(described().model) };
      case 'prototype':
        return { GET: () => vetiver.prototype(described().model) };
      default:
        return undefined;
    }
  }
}

function notAllowed(resource: Resource, requestId: string): Reply {
  const allowed = Object.keys(resource).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const reply = jsonReply(
    errorBody(new PenstockError('method_not_allowed'), requestId),
    errorCatalogue.method_not_allowed.status,
  );
  reply.headers.push(['Allow', allowed.join(', ')]);
  return reply;
}
