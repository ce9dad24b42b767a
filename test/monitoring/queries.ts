import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const folder = resolve(import.meta.dirname, '../../assets/monitoring');
export const rulesFile = join(folder, 'prometheus-rules.yaml');

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

/** The queries of the panels of the Grafana dashboard, with the default choice of job and instance. */
export function panelQueries(): { title: string; expr: string }[] {
  const dashboard = JSON.parse(readFileSync(join(folder, 'grafana-dashboard.json'), 'utf8'));
  return (dashboard.panels as Panel[]).flatMap(({ targets = [], title }) =>
    targets.map(({ expr }) => ({
      title,
      expr: expr.replaceAll('$__rate_interval', '15s').replaceAll(/\$(job|instance)/g, '.+'),
    })),
  );
}

export function rules(): Rule[] {
  const file = parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: Rule[] }[] };
  return file.groups.flatMap((group) => group.rules);
}

/** Names of Penstock's metrics in an expression, including recorded ones. */
export function metricsIn(expr: string): string[] {
  return [...new Set(expr.match(/\bpenstock[_:][a-z0-9_:]+/g) ?? [])];
}
