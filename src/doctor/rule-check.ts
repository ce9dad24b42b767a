import { rulesByRoute, ruleWarnings } from '../access/rule-report.js';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { AppPaths, type RouteSummary } from '../lanes/route-paths.js';
import { lookAtModels } from '../models/look-at-models.js';
import { modelRoutes } from '../models/model-paths.js';
import { ModelRegistry } from '../models/registry.js';
import { lookAtApp } from '../pool/look-at-app.js';
import type { Finding } from './finding.js';

/** Which rule holds for each route of the app, and rules without an effect. Fails if the app does not load. */
export async function checkRules(app: AppLocation, config: Config): Promise<Finding[]> {
  if (config.rules.length === 0) return [];
  const routes = await routesOf(app, config);
  return [
    { status: 'note', title: 'Who may request each route', details: rulesByRoute(config.rules, routes) },
    ...ruleWarnings(config.rules, routes).map(
      (title): Finding => ({
        status: 'warning',
        title,
        fix: ['Correct the path or the methods, or remove the rule.'],
      }),
    ),
  ];
}

async function routesOf(app: AppLocation, config: Config): Promise<readonly RouteSummary[]> {
  if (app.kind === 'plumber') return new AppPaths([(await lookAtApp(app, config)).routes]).routes;
  const registry = new ModelRegistry(await lookAtModels(app, config), config.models);
  return modelRoutes(registry);
}
