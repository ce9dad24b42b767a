import { rulesByRoute, ruleWarnings } from '../access/rule-report.js';
import type { Config } from '../config/load.js';
import type { RouteSummary } from '../lanes/route-paths.js';
import type { Finding } from './finding.js';

/** Which rule holds for each route of the app, and rules without an effect. */
export function checkRules(routes: readonly RouteSummary[], { rules }: Config): Finding[] {
  if (rules.length === 0) return [];
  return [
    { status: 'note', title: 'Who may request each route', details: rulesByRoute(rules, routes) },
    ...ruleWarnings(rules, routes).map(
      (title): Finding => ({
        status: 'warning',
        title,
        fix: ['Correct the path or the methods, or remove the rule.'],
      }),
    ),
  ];
}
