import type { DirectRoute } from '../../app/manifest.js';

/** A route of the direct lane, and the texts of its path parameters. */
export interface DirectMatch {
  readonly route: DirectRoute;
  /** Its place in R's list, from 1. */
  readonly index: number;
  readonly path: readonly string[];
}

/**
 * The expressions that plumber makes of typed path parameters and that mean the same in ICU's syntax and in ours.
 * Array types are left out: their nested repetition can take exponential time.
 */
const PARAMETERS = ['([^/]+)', '(-?\\d+)', '(-?\\d*\\.?\\d+)', '([01tfTF]|true|false|TRUE|FALSE)'];
/** What else of a path has the same meaning in both; the dot is any character, as in plumber. */
const LITERAL = /^[A-Za-z0-9_~%!'@:,;=&/.-]*$/;
/** Matching takes at most quadratic time in the path's length. */
const LONGEST_PATH = 1024;
const NOT_PLAIN = /[^\x21-\x7e]/;

interface Entry {
  readonly route: DirectRoute;
  readonly index: number;
  /** Undefined when only plumber can tell whether it matches. */
  readonly expression: RegExp | undefined;
}

/** Finds the endpoint that plumber would run, or leaves it to plumber. */
export class RouteTable {
  readonly #byVerb = new Map<string, Entry[]>();
  /** Why each route takes the plumber lane, in the order given; undefined for those that take the direct one. */
  readonly obstacles: readonly (string | undefined)[];

  constructor(routes: readonly DirectRoute[]) {
    this.obstacles = routes.map((route, i) => {
      const entry = { route, index: i + 1, expression: compile(route.regex) };
      const before = route.verbs.flatMap((verb) => this.#byVerb.get(verb) ?? []);
      for (const verb of route.verbs) this.#add(verb, entry);
      if (entry.expression === undefined) return 'its path is an expression that only R can match';
      const unknown = before.find(({ expression }) => expression === undefined);
      if (unknown !== undefined) return `only R can tell whether ${unknown.route.path} comes first`;
      return route.obstacle;
    });
  }

  #add(verb: string, entry: Entry): void {
    const entries = this.#byVerb.get(verb);
    if (entries === undefined) this.#byVerb.set(verb, [entry]);
    else entries.push(entry);
  }

  /** The first endpoint that matches, if its requests may take the direct lane; otherwise undefined. */
  match(method: string, path: string): DirectMatch | undefined {
    const entries = this.#byVerb.get(method);
    if (entries === undefined || path.length > LONGEST_PATH || NOT_PLAIN.test(path)) return undefined;
    for (const { expression, index, route } of entries) {
      if (expression === undefined) return undefined;
      const found = expression.exec(path);
      if (found === null) continue;
      return route.obstacle === undefined ? { route, index, path: found.slice(1) } : undefined;
    }
    return undefined;
  }
}

function compile(regex: string): RegExp | undefined {
  const inner = /^\^(.*)\$$/.exec(regex)?.[1];
  if (inner === undefined) return undefined;
  let rest = inner;
  for (const parameter of PARAMETERS) rest = rest.replaceAll(parameter, '');
  return LITERAL.test(rest) ? new RegExp(regex) : undefined;
}
