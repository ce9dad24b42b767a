import type { CorsSettings, CredentialKind, RuleSettings } from '../config/access-settings.js';
import { pathPattern, plainPath } from './path-reading.js';
import { RateLimiter } from './rate-limiter.js';

/** What holds for a request. */
export interface Policy {
  readonly allow: 'anyone' | 'nobody' | readonly CredentialKind[];
  readonly names: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly perKey: RateLimiter | undefined;
  readonly perAddress: RateLimiter | undefined;
  readonly cors: CorsSettings | undefined;
  /** To be added to the answer. */
  readonly headers: readonly (readonly [string, string])[];
}

interface Rule {
  readonly pattern: RegExp;
  readonly methods: ReadonlySet<string> | undefined;
  readonly settings: RuleSettings;
  readonly perKey: RateLimiter | undefined;
  readonly perAddress: RateLimiter | undefined;
}

/** The rules of a configuration. Of those that match a request, each setting is that of the first that has it. */
export class Rules {
  readonly #rules: readonly Rule[];
  /** By the rules that match. */
  readonly #policies = new Map<string, Policy>();

  constructor(rules: readonly RuleSettings[]) {
    this.#rules = rules.map((settings) => ({
      pattern: pathPattern(settings.path),
      methods: settings.methods && new Set(settings.methods),
      settings,
      perKey: settings.perKey && new RateLimiter(settings.perKey),
      perAddress: settings.perAddress && new RateLimiter(settings.perAddress),
    }));
  }

  /**
   * Undefined where a path can be read in two ways that fall under different rules: nobody can tell then which of them
   * whoever serves it would go by.
   */
  find(method: string, path: string): Policy | undefined {
    const policy = this.#match(method, path);
    const plain = plainPath(path);
    return plain === path || this.#match(method, plain) === policy ? policy : undefined;
  }

  #match(method: string, path: string): Policy {
    const asked = method === 'HEAD' ? 'GET' : method;
    const matching = this.#rules.filter(
      ({ methods, pattern }) => (methods === undefined || methods.has(asked)) && pattern.test(path),
    );
    const key = matching.map((rule) => this.#rules.indexOf(rule)).join(' ');
    let policy = this.#policies.get(key);
    if (policy === undefined) {
      policy = merged(matching);
      this.#policies.set(key, policy);
    }
    return policy;
  }
}

function merged(rules: readonly Rule[]): Policy {
  const first = <K extends keyof RuleSettings>(name: K): RuleSettings[K] | undefined =>
    rules.find(({ settings }) => settings[name] !== undefined)?.settings[name];
  // Who may is one decision: names and scopes are those of the rule that says who.
  const deciding = rules.find(({ settings }) => settings.allow !== undefined)?.settings;
  return {
    allow: deciding?.allow ?? 'anyone',
    names: deciding?.names,
    scopes: deciding?.scopes,
    perKey: rules.find(({ perKey }) => perKey !== undefined)?.perKey,
    perAddress: rules.find(({ perAddress }) => perAddress !== undefined)?.perAddress,
    cors: first('cors'),
    headers: [...(first('headers') ?? [])],
  };
}
