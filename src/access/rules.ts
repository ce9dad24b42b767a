import { LRUCache } from 'lru-cache';
import type { RuleSettings } from '../config/access-settings.js';
import { plainPath } from '../lanes/plain-path.js';
import type { RoutePaths } from '../lanes/route-paths.js';
import { type Coverage, PathPattern } from './path-pattern.js';
import { type ActiveRule, type Decisive, decisive, type Policy, strictest, type View } from './policy.js';
import { RateLimiter } from './rate-limiter.js';

/** Number of paths whose policy is remembered, and the length above which it is not. */
const REMEMBERED_PATHS = 2000;
const MAX_REMEMBERED_LENGTH = 256;

interface Rule extends ActiveRule {
  readonly index: number;
  readonly pattern: PathPattern;
  readonly methods: ReadonlySet<string> | undefined;
}

/** The rules of a configuration. If several match, each setting comes from the first rule that has it. */
export class Rules {
  readonly #rules: readonly Rule[];
  readonly #anyEncoded: boolean;
  /** Keyed by the deciding rules, so that the same rules always give the same policy. */
  readonly #policies = new Map<string, Policy>();
  /** By method and path, for the routes in `#routes`. */
  readonly #remembered = new LRUCache<string, Policy>({ max: REMEMBERED_PATHS });
  /** By the rules that match each reading of a request. */
  readonly #combined = new LRUCache<string, Policy>({ max: REMEMBERED_PATHS });
  #routes: RoutePaths | undefined;

  constructor(rules: readonly RuleSettings[]) {
    this.#rules = rules.map((settings, index) => ({
      index,
      pattern: new PathPattern(settings.path),
      methods: settings.methods && new Set(settings.methods),
      settings,
      perKey: settings.perKey && new RateLimiter(settings.perKey),
      perAddress: settings.perAddress && new RateLimiter(settings.perAddress),
    }));
    this.#anyEncoded = this.#rules.some(({ pattern }) => pattern.isEncoded);
  }

  /**
   * The policy for a request: that of its path, of its decoded path, and of the routes that may run it. If these match
   * different rules, the request must satisfy all of them.
   *
   * @param routes of the app; undefined if it is not loaded
   */
  find(method: string, path: string, routes: RoutePaths | undefined): Policy {
    if (routes !== this.#routes) {
      this.#remembered.clear();
      this.#routes = routes;
    }
    if (path.length > MAX_REMEMBERED_LENGTH) return this.#policy(method, path);
    const key = `${method} ${path}`;
    let policy = this.#remembered.get(key);
    if (policy === undefined) {
      policy = this.#policy(method, path);
      this.#remembered.set(key, policy);
    }
    return policy;
  }

  /** How the rules match a route of the app. */
  view(method: string, template: string): View {
    return this.#view(method, ({ pattern }) => pattern.covers(template));
  }

  #policy(method: string, path: string): Policy {
    const { paths, templates } = this.#routes?.read(method, path) ?? { paths: [], templates: [] };
    const views: View[] = [];
    for (const one of new Set([path, ...paths])) {
      views.push(this.#view(method, ({ pattern }) => (pattern.matches(one) ? 'all' : 'none')));
      const plain = plainPath(one);
      if (plain === one && !this.#anyEncoded) continue;
      views.push(this.#view(method, ({ pattern }) => (pattern.matchesPlain(plain) ? 'all' : 'none')));
    }
    for (const template of templates) views.push(this.view(method, template));
    const key = views
      .map((view) => view.map(({ coverage, rule }) => `${(rule as Rule).index}${coverage}`))
      .join('|');
    let policy = this.#combined.get(key);
    if (policy === undefined) {
      policy = this.#of(decisive(views));
      this.#combined.set(key, policy);
    }
    return policy;
  }

  #view(method: string, coverage: (rule: Rule) => Coverage): View {
    const asked = method === 'HEAD' ? 'GET' : method;
    const view: { rule: Rule; coverage: Coverage }[] = [];
    for (const rule of this.#rules) {
      if (rule.methods?.has(asked) === false) continue;
      const covered = coverage(rule);
      if (covered !== 'none') view.push({ rule, coverage: covered });
    }
    return view;
  }

  #of(rules: Decisive): Policy {
    const key = Object.values(rules)
      .map((set) => [...set].map((rule) => (rule as Rule).index).join(' '))
      .join('|');
    let policy = this.#policies.get(key);
    if (policy === undefined) {
      policy = strictest(rules);
      this.#policies.set(key, policy);
    }
    return policy;
  }
}
