import type { DirectPlan, DirectRoute } from '../app/manifest.js';
import { isMatchable, mayMeet, type PathExpression, pathExpression } from './path-expression.js';

/** A route of the direct lane, with the values of its path parameters as text. */
export interface DirectMatch {
  /** Undefined if no endpoint serves the request. plumber may still answer it, in a filter or a mount. */
  readonly route: DirectRoute | undefined;
  /** Its index in R's list, from 1; 0 if there is none. */
  readonly index: number;
  readonly path: readonly string[];
}

const NOWHERE: DirectMatch = { route: undefined, index: 0, path: [] };

interface Entry {
  readonly route: DirectRoute;
  readonly index: number;
  readonly expression: PathExpression;
}

/** One router of the app, with the routers mounted on it. */
class RouterTable {
  /** The full path of the mount, without its final slash. */
  readonly prefix: string;
  readonly outer: RouterTable | undefined;
  readonly byVerb = new Map<string, Entry[]>();
  readonly mounts: { readonly path: string; readonly table: RouterTable | undefined }[] = [];

  constructor(prefix: string, outer?: RouterTable) {
    this.prefix = prefix;
    this.outer = outer;
  }

  add(entry: Entry): void {
    for (const verb of entry.route.verbs) {
      const entries = this.byVerb.get(verb);
      if (entries === undefined) this.byVerb.set(verb, [entry]);
      else entries.push(entry);
    }
  }

  /** In plumber's order: this router's endpoints, then the first matching mount. Undefined if only R can tell. */
  match(method: string, path: string): DirectMatch | undefined {
    for (const { expression, index, route } of this.byVerb.get(method) ?? []) {
      if (expression.exact === undefined) {
        if (path.startsWith(expression.prefix)) return undefined;
        continue;
      }
      const found = expression.exact.exec(path);
      if (found === null) continue;
      return { route, index, path: found.slice(1) };
    }
    const mount = this.mounts.find((each) => path.startsWith(each.path));
    if (mount === undefined || mount.table === undefined) return NOWHERE;
    return mount.table.match(method, path.slice(mount.path.length - 1));
  }

  /** An earlier endpoint that may match paths with this prefix, which only R can tell. */
  unknown(verb: string, path: string): DirectRoute | undefined {
    const before = this.byVerb.get(verb)?.find(({ expression: { exact, prefix } }) => {
      return exact === undefined && mayMeet(this.prefix + prefix, path);
    });
    return before?.route ?? this.outer?.unknown(verb, path);
  }
}

/** Finds the endpoint that plumber would run, if the gateway can tell. */
export class RouteTable {
  readonly #obstacle: string | undefined;
  readonly #tables: readonly RouterTable[];
  /** For each route, why it takes the plumber lane; undefined for routes in the direct lane. */
  readonly obstacles: readonly (string | undefined)[];

  constructor({ mounts, obstacle, routes }: Pick<DirectPlan, 'mounts' | 'obstacle' | 'routes'>) {
    this.#obstacle = obstacle;
    const tables = new Map([[1, new RouterTable('')]]);
    for (const { path, router, within } of mounts) {
      const outer = tables.get(within)!;
      const table = router === 0 ? undefined : new RouterTable(outer.prefix + path.slice(0, -1), outer);
      if (table !== undefined) tables.set(router, table);
      outer.mounts.push({ path, table });
    }
    this.#tables = [...tables.values()];
    this.obstacles = routes.map((route, i) => {
      const table = tables.get(route.router)!;
      const expression = pathExpression(route.regex);
      const unknown = unknownBefore(table, route.verbs, table.prefix + expression.prefix);
      table.add({ route, index: i + 1, expression });
      if (expression.exact === undefined) return 'its path is an expression that only R can match';
      return unknown ?? route.obstacle;
    });
  }

  /** Why requests that match no endpoint of the plan, such as those for static files, take the plumber lane. */
  elsewhere(verbs: readonly string[], prefix: string): string | undefined {
    if (this.#obstacle !== undefined) return this.#obstacle;
    return this.#tables
      .map((table) => unknownBefore(table, verbs, prefix))
      .find((reason) => reason !== undefined);
  }

  /**
   * The first matching endpoint, or a match without a route. Undefined if the request must take the plumber lane,
   * because only plumber can match it or run it.
   */
  match(method: string, path: string): DirectMatch | undefined {
    if (this.#obstacle !== undefined) return undefined;
    const match = this.locate(method, path);
    return match?.route?.obstacle === undefined ? match : undefined;
  }

  /** The first matching endpoint, in either lane; undefined if only plumber can tell. */
  locate(method: string, path: string): DirectMatch | undefined {
    if (!isMatchable(path)) return undefined;
    return this.#tables[0]!.match(method, path);
  }
}

function unknownBefore(table: RouterTable, verbs: readonly string[], prefix: string): string | undefined {
  for (const verb of verbs) {
    const unknown = table.unknown(verb, prefix);
    if (unknown !== undefined) return `only R can tell whether ${unknown.path} comes first`;
  }
  return undefined;
}
