import type { CacheTag, DirectPlan, DirectRoute, Route as ReportedRoute } from '../app/manifest.js';
import { BatchPolicy, type BatchReports, NO_REPORTS } from '../dispatch/batch-policy.js';
import { Route } from '../dispatch/route.js';
import { type DirectMatch, RouteTable } from './route-table.js';

/** How the gateway handles the requests of one endpoint, in either lane. */
export interface RoutePolicy {
  /** How long a request may take, in ms; undefined for the server's default. */
  readonly timeout?: number | undefined;
  readonly cache?: CacheTag | undefined;
  /** The endpoint as the dispatcher knows it. */
  readonly route: Route;
  /** How its requests are batched; undefined for no batching. */
  readonly batching?: BatchPolicy | undefined;
}

/** The endpoints of an app: finds the one for a request, and its policy. */
export class AppRoutes {
  readonly #table: RouteTable;
  readonly #policies: readonly RoutePolicy[];

  /** @param reports gets what the trials of a route with `@batch` have shown */
  constructor(plan: DirectPlan, reports: (route: DirectRoute) => BatchReports = () => NO_REPORTS) {
    this.#table = new RouteTable(plan);
    this.#policies = plan.routes.map((route) => {
      const { batch, policy } = route;
      const batching =
        batch === undefined || batch.obstacle !== undefined
          ? undefined
          : new BatchPolicy(batch, reports(route));
      const { cache, concurrency, timeout } = policy;
      return { cache, timeout, batching, route: new Route(concurrency, batching) };
    });
  }

  /** Whether any endpoint has cached responses. */
  get keepsResponses(): boolean {
    return this.#policies.some(({ cache }) => cache !== undefined);
  }

  /** @param index of the endpoint in the plan, from 1; 0 for none */
  policy(index: number): RoutePolicy | undefined {
    return index === 0 ? undefined : this.#policies[index - 1];
  }

  /** The policy of the endpoint for this URL, if the gateway knows it. Filters may change the URL in R. */
  find(method: string, url: string): RoutePolicy | undefined {
    return this.policy(this.indexOf(method, pathOf(url)));
  }

  /** The endpoint's index in the plan, from 1; 0 if unknown. */
  indexOf(method: string, path: string): number {
    return this.#table.locate(method, path)?.index ?? 0;
  }

  /** The direct lane's endpoint for this path; undefined if the request must take the plumber lane. */
  match(method: string, path: string): DirectMatch | undefined {
    return this.#table.match(method, path);
  }

  /** Why a route takes the plumber lane; undefined if it takes the direct one. */
  obstacle(route: ReportedRoute): string | undefined {
    // Requests for static files, and for routers that only plumber understands, pass the app's filters.
    if (route.direct === undefined)
      return this.#table.elsewhere(route.verbs, route.path.replace(/[*<].*/, ''));
    return this.#table.obstacles[route.direct - 1];
  }
}

/** The path of a URL, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
