import type { RuleSettings } from '../config/access-settings.js';
import { suggest } from '../config/suggest.js';
import { mayMeet } from '../lanes/path-expression.js';
import type { RouteSummary } from '../lanes/route-paths.js';
import { PathPattern } from './path-pattern.js';
import { deciding, setsAllow, type View } from './policy.js';
import { Rules } from './rules.js';

/** Rules that no route of the app matches, and rules behind others that decide everything they set. */
export function ruleWarnings(rules: readonly RuleSettings[], routes: readonly RouteSummary[]): string[] {
  return rules.flatMap((rule, i) => {
    if (!routes.some((route) => mayMatch(rule, route))) {
      const near = suggest(rule.path, [...new Set(routes.map(({ path }) => path))]);
      const meant = near === undefined || near === rule.path ? '' : ` Did you mean \`${near}\`?`;
      return `${rule.place}: no route of the app matches the rule for ${named(rule)}.${meant}`;
    }
    const before = rules.slice(0, i).find((earlier) => hides(earlier, rule));
    if (before === undefined) return [];
    return `${rule.place}: the rule for ${named(rule)} has no effect, because the one for ${named(before)} comes first.`;
  });
}

function named({ methods, path }: RuleSettings): string {
  return methods === undefined ? path : `${methods.join(', ')} ${path}`;
}

function mayMatch({ methods, path }: RuleSettings, route: RouteSummary): boolean {
  if (methods?.some((method) => route.verbs.includes(method)) === false) return false;
  if (new PathPattern(path).covers(route.path) !== 'none') return true;
  return route.prefix !== undefined && mayMeet(path.replace(/[*<%].*/, ''), route.prefix);
}

/** Whether an earlier rule matches every request that a later one matches, and has all of its settings. */
function hides(earlier: RuleSettings, later: RuleSettings): boolean {
  const methods = later.methods?.every((method) => earlier.methods?.includes(method) ?? true);
  if (!(methods ?? earlier.methods === undefined)) return false;
  if (new PathPattern(earlier.path).covers(later.path.replaceAll('/*/', '/<any>/')) !== 'all') return false;
  const own = ['allow', 'perKey', 'perAddress', 'cors', 'headers'] as const;
  return own.every((name) => later[name] === undefined || earlier[name] !== undefined);
}

/** For each route, who may request it, and the places of the rules that say so. */
export function rulesByRoute(settings: readonly RuleSettings[], routes: readonly RouteSummary[]): string[] {
  const rules = new Rules(settings);
  return routes.flatMap((route) => {
    const byOutcome = new Map<string, string[]>();
    for (const verb of route.verbs) {
      if (verb === 'HEAD' && route.verbs.includes('GET')) continue;
      const outcome = outcomeOf(rules, verb, route);
      byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), verb]);
    }
    return [...byOutcome].map(([outcome, of]) => `${of.join(',')} ${route.path}: ${outcome}`);
  });
}

/** If a route has several paths, the rules of all of them hold. */
function outcomeOf(rules: Rules, verb: string, { aliases = [], path }: RouteSummary): string {
  const outcomes = new Set([path, ...aliases].map((one) => describeView(rules.view(verb, one))));
  if (outcomes.size > 1) outcomes.delete(NO_RULE);
  return [...outcomes].join(', and ');
}

const NO_RULE = 'anyone (no rule)';

function describeView(view: View): string {
  const whole = view.find(({ coverage, rule }) => coverage === 'all' && setsAllow(rule))?.rule;
  const some = deciding(view, setsAllow).filter((rule) => rule !== whole);
  const parts = some.map(({ settings }) => `${describeAllow(settings)} for ${settings.path}`);
  return [...parts, whole === undefined ? NO_RULE : describeAllow(whole.settings)].join(', else ');
}

function describeAllow({ allow, place }: RuleSettings): string {
  return `${typeof allow === 'string' ? allow : allow!.join(' or ')} (${place})`;
}
