import type { RuleSettings } from '../config/access-settings.js';
import { suggest } from '../config/suggest.js';
import { mayMeet } from '../lanes/path-expression.js';
import type { RouteSummary } from '../lanes/route-paths.js';
import { PathPattern } from './path-pattern.js';
import { deciding, setsAllow } from './policy.js';
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

/** For each route, who may request it, and the place of the rule that says so. */
export function rulesByRoute(settings: readonly RuleSettings[], routes: readonly RouteSummary[]): string[] {
  const rules = new Rules(settings);
  return routes.flatMap(({ path, verbs }) => {
    const byOutcome = new Map<string, string[]>();
    for (const verb of verbs) {
      if (verb === 'HEAD' && verbs.includes('GET')) continue;
      const outcome = outcomeOf(rules, verb, path);
      byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), verb]);
    }
    return [...byOutcome].map(([outcome, of]) => `${of.join(',')} ${path}: ${outcome}`);
  });
}

function outcomeOf(rules: Rules, verb: string, path: string): string {
  const view = rules.view(verb, path);
  const found = deciding(view, setsAllow).map(({ settings }) => {
    const { allow, path: pattern, place } = settings;
    const who = typeof allow === 'string' ? allow : allow!.join(' or ');
    return {
      text: `${who} (${place})`,
      pattern,
      whole: view.find(({ rule }) => rule.settings === settings)!.coverage,
    };
  });
  const some = found.filter(({ whole }) => whole === 'some');
  const rest = found.find(({ whole }) => whole === 'all')?.text ?? 'anyone (no rule)';
  return [...some.map(({ pattern, text }) => `${text} for ${pattern}`), rest].join(', else ');
}
