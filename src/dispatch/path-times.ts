import { RouteTime } from './route-time.js';

/** Paths that are remembered at most; the oldest is forgotten for one more. */
const MOST = 256;

/** How long R takes for requests of which only R knows the route: by method and path. */
export class PathTimes {
  readonly #times = new Map<string, RouteTime>();

  /** @param url as requested; its query makes no difference */
  of(method: string, url: string): RouteTime {
    const query = url.indexOf('?');
    const key = `${method} ${query < 0 ? url : url.slice(0, query)}`;
    const known = this.#times.get(key);
    if (known !== undefined) return known;
    if (this.#times.size >= MOST) this.#times.delete(this.#times.keys().next().value!);
    const time = new RouteTime();
    this.#times.set(key, time);
    return time;
  }
}
