import type { CorsSettings, CredentialKind, RuleSettings } from '../config/access-settings.js';
import { pathPattern, plainPath } from './path-pattern.js';
import { RateLimiter } from './rate-limiter.js';

/** The combined settings of all rules that match a request. */
export interface Policy {
  readonly allow: 'anyone' | 'nobody' | readonly CredentialKind[];
  readonly names: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly perKey: RateLimiter | undefined;
  readonly perAddress: RateLimiter | undefined;
  readonly cors: CorsSettings | undefined;
  /** Added to the response. */
  readonly headers: readonly (readonly [string, string])[];
}

interface Rule {
  readonly pattern: RegExp;
  readonly methods: ReadonlySet<string> | undefined;
  readonly settings: RuleSettings;
  readonly perKey: RateLimiter | undefined;
  readonly perAddress: RateLimiter | undefined;
}

/** The rules of a configuration. If several match, each setting comes from the first rule that has it. */
export class Rules {
  readonly #rules: readonly Rule[];
  /** Keyed by the matching rules. */
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

  /** Undefined if the path and its decoded form match different rules: the app may use either of them. */
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
  // `names` and `scopes` belong to `allow`, so all three come from the same rule.
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
