import type { DirectPlan, DirectRoute } from '../app/manifest.js';
import { mayMeet, type PathExpression, pathExpression } from './path-expression.js';

/** A route of the direct lane, and the texts of its path parameters. */
export interface DirectMatch {
  /** Undefined when no endpoint serves the request, as far as filters and mounts left to plumber let it come. */
  readonly route: DirectRoute | undefined;
  /** Its place in R's list, from 1; 0 if there is none. */
  readonly index: number;
  readonly path: readonly string[];
}

const NOWHERE: DirectMatch = { route: undefined, index: 0, path: [] };

/** Matching takes at most quadratic time in the path's length. */
const LONGEST_PATH = 1024;
const NOT_PLAIN = /[^\x21-\x7e]/;

interface Entry {
  readonly route: DirectRoute;
  readonly index: number;
  readonly expression: PathExpression;
}

/** One router of the app, and those mounted on it. */
class RouterTable {
  /** The paths of the mounts it stands in, less the slash that is part of the inner path too. */
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

  /** plumber's order: this router's endpoints, then the first mount that the path leads to; undefined when only R can tell. */
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

  /** An endpoint so far of which only R can tell whether it matches a path that begins so. */
  unknown(verb: string, path: string): DirectRoute | undefined {
    const before = this.byVerb.get(verb)?.find(({ expression: { exact, prefix } }) => {
      return exact === undefined && mayMeet(this.prefix + prefix, path);
    });
    return before?.route ?? this.outer?.unknown(verb, path);
  }
}

/** Finds the endpoint that plumber would run, or leaves it to plumber. */
export class RouteTable {
  readonly #obstacle: string | undefined;
  readonly #tables: readonly RouterTable[];
  /** Why each route takes the plumber lane, in the order given; undefined for those that take the direct one. */
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

  /** Why requests for what no endpoint of the plan serves, such as static files, take the plumber lane. */
  elsewhere(verbs: readonly string[], prefix: string): string | undefined {
    if (this.#obstacle !== undefined) return this.#obstacle;
    return this.#tables
      .map((table) => unknownBefore(table, verbs, prefix))
      .find((reason) => reason !== undefined);
  }

  /**
   * The first endpoint that matches, or that there is none; undefined when the request is to take the plumber lane, for
   * that only plumber knows, or that only plumber can do it.
   */
  match(method: string, path: string): DirectMatch | undefined {
    if (this.#obstacle !== undefined) return undefined;
    const match = this.locate(method, path);
    return match?.route?.obstacle === undefined ? match : undefined;
  }

  /** The first endpoint that matches an address, in whichever lane; undefined when only plumber knows. */
  locate(method: string, path: string): DirectMatch | undefined {
    if (path.length > LONGEST_PATH || NOT_PLAIN.test(path)) return undefined;
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
