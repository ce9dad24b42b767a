import type { Route } from '../app/manifest.js';
import { isMatchable, type PathExpression, pathExpression } from './path-expression.js';
import { plainPath } from './plain-path.js';

/** What a request asks for, written as its routes are: plumber matches `/report-csv` with the route `/report.csv`. */
export interface Readings {
  /** Paths of the routes that may run the request, with its own values for their parameters. */
  readonly paths: readonly string[];
  /** Paths as the app has them, such as `/users/<id>`, of routes of which only R can tell whether they match. */
  readonly templates: readonly string[];
}

/** Tells which routes may run a request. */
export interface RoutePaths {
  readonly routes: readonly RouteSummary[];
  read(method: string, path: string): Readings;
}

/** A route as access rules see it. */
export interface RouteSummary {
  readonly verbs: readonly string[];
  /** `<name>` stands for any one segment, and a final `*` for any number of them. */
  readonly path: string;
  /** Other paths whose rules hold for it. */
  readonly aliases?: readonly string[];
  /** The start of the paths that it matches, if only R can tell which they are. */
  readonly prefix?: string | undefined;
}

/**
 * The paths of an app whose routes only R knows. Other frameworks match paths in any case, and with or without a slash
 * at the end, so the rules for all of these hold.
 */
export class UnknownPaths implements RoutePaths {
  readonly routes = [];

  read(_method: string, path: string): Readings {
    const bare = path.length > 1 ? path.replace(/\/+$/, '') : path;
    const paths = [bare, `${bare}/`, bare.toLowerCase(), `${bare.toLowerCase()}/`];
    return { paths: [...paths, ...staticPaths(path)], templates: [] };
  }
}

/** A parameter in a path, as plumber recognises it. */
const PARAMETER = /<\.?[a-zA-Z][\w.:[\]]*>/g;

/** The gateway serves it itself, or plumber does. */
const DOCUMENTATION: Route = {
  verbs: ['GET', 'HEAD'],
  path: '/__docs__/*',
  mount: '/__docs__',
  serializer: '',
};

const INDEX = '/index.html';

interface Entry {
  readonly route: Route;
  /** Undefined for a folder of static files. */
  readonly expression: PathExpression | undefined;
  /** All paths that the route matches start with it. */
  readonly prefix: string;
  /** plumber tries the endpoints of a group until one matches. If that forwards the request, it tries the next group. */
  readonly group: string;
  readonly parameters: number;
}

/**
 * The routes of a plumber app, with those of mounted routers and static files. Finds all that may run a request: the
 * first match of each group of each router, since an endpoint can forward a request to the groups after its own.
 */
export class AppPaths implements RoutePaths {
  readonly #entries: readonly Entry[];
  readonly #byMethod = new Map<string, readonly Entry[]>();

  /** @param routes in plumber's order; those of several versions if workers have loaded different ones */
  constructor(routes: readonly (readonly Route[])[]) {
    const has = (path: string): boolean => routes.some((all) => all.some((route) => route.path === path));
    const documented = has('/openapi.json') && !has(DOCUMENTATION.path);
    this.#entries = [...routes, documented ? [DOCUMENTATION] : []].flatMap((all, version) =>
      all.map((route) => entry(route, version)),
    );
  }

  get routes(): readonly RouteSummary[] {
    return this.#entries.map(({ expression, prefix, route: { path, verbs } }) => ({
      verbs,
      path,
      prefix: expression !== undefined && expression.exact === undefined ? prefix : undefined,
    }));
  }

  read(method: string, path: string): Readings {
    const [paths, templates]: [string[], string[]] = [[], []];
    const matched: string[] = [];
    const known = isMatchable(path);
    for (const { expression, group, parameters, prefix, route } of this.#of(method)) {
      if (!path.startsWith(prefix) || matched.includes(group)) continue;
      if (expression === undefined) {
        paths.push(...staticPaths(path));
      } else if (expression.exact === undefined || !known) {
        templates.push(route.path);
      } else {
        const values = expression.exact.exec(path.slice(route.mount.length))?.slice(1);
        if (values === undefined) continue;
        matched.push(group);
        if (values.length === parameters) paths.push(filled(route.path, values));
        else templates.push(route.path);
      }
    }
    return { paths, templates };
  }

  /** A rule for GET also applies to HEAD, so their routes are treated alike. */
  #of(method: string): readonly Entry[] {
    let entries = this.#byMethod.get(method);
    if (entries === undefined) {
      const verbs = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
      entries = this.#entries.filter(({ route }) => verbs.some((verb) => route.verbs.includes(verb)));
      this.#byMethod.set(method, entries);
    }
    return entries;
  }
}

function entry(route: Route, version: number): Entry {
  const { mount, path, preempt = '', regex } = route;
  const expression = regex === undefined ? undefined : pathExpression(regex);
  return {
    route,
    expression,
    prefix: mount + (expression?.prefix || '/'),
    group: `${version} ${preempt} ${mount}`,
    parameters: path.match(PARAMETER)?.length ?? 0,
  };
}

function filled(template: string, values: readonly string[]): string {
  let i = 0;
  return template.replace(PARAMETER, () => values[i++]!);
}

/** Further paths of a static file: a folder has the path of its index, and the index that of its folder. */
export function staticPaths(path: string): string[] {
  const plain = plainPath(path);
  if (path.endsWith('/')) return [`${plain.replace(/\/$/, '')}${INDEX}`];
  return plain.endsWith(INDEX) ? [plain.slice(0, -INDEX.length) || '/'] : [];
}
