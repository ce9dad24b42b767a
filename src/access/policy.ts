import type { CorsSettings, CredentialKind, RuleSettings } from '../config/access-settings.js';
import type { Coverage } from './path-pattern.js';
import type { RateLimiter } from './rate-limiter.js';

/** What the rules that match a request ask for together. */
export interface Policy {
  readonly allow: 'anyone' | 'nobody' | readonly CredentialKind[];
  readonly names: readonly string[] | undefined;
  readonly scopes: readonly string[];
  readonly perKey: readonly RateLimiter[];
  readonly perAddress: readonly RateLimiter[];
  readonly cors: CorsSettings | undefined;
  /** Added to the response. */
  readonly headers: readonly (readonly [string, string])[];
}

/** A rule with what it counts. */
export interface ActiveRule {
  readonly settings: RuleSettings;
  readonly perKey: RateLimiter | undefined;
  readonly perAddress: RateLimiter | undefined;
}

type Setting = 'allow' | 'perKey' | 'perAddress' | 'cors' | 'headers';

/** How the rules match one reading of a request, in their order; those that match none of it are left out. */
export type View = readonly { readonly rule: ActiveRule; readonly coverage: Coverage }[];

/**
 * The rules that decide about a setting: the first that has it. Those before it that match only some of the paths may
 * decide, too.
 */
export function deciding(view: View, has: (rule: ActiveRule) => boolean): ActiveRule[] {
  const found: ActiveRule[] = [];
  for (const { coverage, rule } of view) {
    if (!has(rule)) continue;
    found.push(rule);
    if (coverage === 'all') break;
  }
  return found;
}

export const setsAllow = ({ settings }: ActiveRule): boolean => settings.allow !== undefined;

/** The rules that decide about a request, for each setting. */
export type Decisive = Readonly<Record<Setting, ReadonlySet<ActiveRule>>>;

/** If a request can be read in several ways, the rules of all of them apply. */
export function decisive(views: readonly View[]): Decisive {
  const of = (has: (rule: ActiveRule) => boolean) => new Set(views.flatMap((view) => deciding(view, has)));
  const cors = views.map((view) => view.find(({ rule }) => rule.settings.cors !== undefined)?.rule);
  const [first] = cors;
  return {
    allow: of(setsAllow),
    perKey: of(({ perKey }) => perKey !== undefined),
    perAddress: of(({ perAddress }) => perAddress !== undefined),
    // Other sites may read a response only if they may by each of its readings.
    cors: new Set(first !== undefined && cors.every((rule) => rule === first) ? [first] : []),
    headers: of(({ settings }) => settings.headers !== undefined),
  };
}

/** A request must satisfy all the rules that decide about it. */
export function strictest(rules: Decisive): Policy {
  let allow: Policy['allow'] = 'anyone';
  let names: readonly string[] | undefined;
  const scopes = new Set<string>();
  for (const { settings } of rules.allow) {
    allow = both(allow, settings.allow!);
    // `names` and `scopes` belong to the `allow` of the same rule.
    const before: readonly string[] | undefined = names;
    names =
      before === undefined ? settings.names : before.filter((name) => settings.names?.includes(name) ?? true);
    for (const scope of settings.scopes ?? []) scopes.add(scope);
  }
  const headers = new Map<string, readonly [string, string]>();
  for (const { settings } of rules.headers) {
    for (const [name, value] of settings.headers!) {
      if (!headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), [name, value]);
    }
  }
  return {
    allow,
    names,
    scopes: [...scopes],
    perKey: [...rules.perKey].map(({ perKey }) => perKey!),
    perAddress: [...rules.perAddress].map(({ perAddress }) => perAddress!),
    cors: [...rules.cors][0]?.settings.cors,
    headers: [...headers.values()],
  };
}

function both(one: Policy['allow'], other: Policy['allow']): Policy['allow'] {
  if (one === 'nobody' || other === 'nobody') return 'nobody';
  if (one === 'anyone') return other;
  if (other === 'anyone') return one;
  const kinds = one.filter((kind) => other.includes(kind));
  return kinds.length === 0 ? 'nobody' : kinds;
}
