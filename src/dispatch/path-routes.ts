import { Route } from './route.js';

/** Maximum number of paths. The oldest one is removed to add another. */
const MOST_PATHS = 256;

/** Routes for requests whose endpoint only R knows: one per method and path. */
export class PathRoutes {
  readonly #routes = new Map<string, Route>();

  /** @param url the requested URL; its query is ignored */
  of(method: string, url: string): Route {
    const query = url.indexOf('?');
    const key = `${method} ${query < 0 ? url : url.slice(0, query)}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    if (this.#routes.size >= MOST_PATHS) this.#routes.delete(this.#routes.keys().next().value!);
    const route = new Route();
    this.#routes.set(key, route);
    return route;
  }
}
