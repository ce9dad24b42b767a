import type { CacheTag, DirectPlan } from '../app/manifest.js';
import { RouteLoad } from '../dispatch/route-load.js';
import { RouteTable } from './direct/route-table.js';

/** How the gateway treats the requests of one endpoint, in whichever lane they are executed. */
export interface RoutePolicy {
  /** Milliseconds in which a request has to be answered; undefined: the server's default. */
  readonly timeout: number | undefined;
  readonly cache: CacheTag | undefined;
  /** What its requests take of the workers. */
  readonly load: RouteLoad;
}

/** The policies of an app's endpoints, and which of them a request is for. */
export class RoutePolicies {
  readonly #table: RouteTable;
  readonly #routes: readonly RoutePolicy[];

  /** Whether the responses of any are kept. */
  get keeps(): boolean {
    return this.#routes.some(({ cache }) => cache !== undefined);
  }

  constructor(plan: DirectPlan) {
    this.#table = new RouteTable(plan);
    this.#routes = plan.routes.map(({ policy: { cache, concurrency, timeout } }) => ({
      cache,
      timeout,
      load: new RouteLoad(concurrency),
    }));
  }

  /** @param index of the endpoint in the plan, from 1; 0 for none */
  at(index: number): RoutePolicy | undefined {
    return index === 0 ? undefined : this.#routes[index - 1];
  }

  /** The place of that endpoint in the plan, from 1; 0 if the gateway knows of none. */
  indexOf(method: string, path: string): number {
    return this.#table.locate(method, path)?.index ?? 0;
  }

  /** That of the endpoint that serves the address, as far as the gateway can tell: the app's filters may change it. */
  find(method: string, url: string): RoutePolicy | undefined {
    const at = url.indexOf('?');
    return this.at(this.indexOf(method, at < 0 ? url : url.slice(0, at)));
  }
}
