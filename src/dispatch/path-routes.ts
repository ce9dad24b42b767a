import { Route } from './route.js';

/** Paths that are remembered. The one that was added first is forgotten for one more. */
const MOST_PATHS = 256;

/** Stands in for the endpoints of requests whose route only R knows: one for each method and path. */
export class PathRoutes {
  readonly #routes = new Map<string, Route>();

  /** @param url as requested; its query makes no difference */
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
