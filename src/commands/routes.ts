import type { AppLocation } from '../app/find-app.js';
import type { DirectPlan, Manifest, Route } from '../app/manifest.js';
import { modelFiles } from '../app/model-files.js';
import type { Config } from '../config/load.js';
import { AppRoutes } from '../lanes/app-routes.js';
import { servedModel } from '../models/served-model.js';
import { lookAtApp } from '../pool/look-at-app.js';
import { describeModel } from './model-summary.js';
import { table } from './table.js';

/** Prints the routes of an app, how each is executed and why; of saved models, what they take. */
export async function routes(app: AppLocation, config: Config): Promise<number> {
  const text = app.kind === 'model' ? await modelText(app, config) : await routeText(app, config);
  process.stdout.write(text);
  return 0;
}

async function routeText(app: AppLocation, config: Config): Promise<string> {
  return describeRoutes(app, await lookAtApp(app, config), config.lane === 'plumber');
}

async function modelText(app: AppLocation, config: Config): Promise<string> {
  const alone = { name: undefined, version: undefined, file: app.file };
  const files = app.entry === 'models' ? modelFiles(app.file) : [alone];
  const texts: string[] = [];
  for (const { file, name, version } of files) {
    const settings = name === undefined ? config.model : config.models.get(name);
    const { models } = await lookAtApp({ ...app, entry: 'model', file }, config);
    const found = { ...models[0]!, ...(name !== undefined && { name, version }) };
    texts.push(describeModel(servedModel(found, settings)));
  }
  return texts.join('\n');
}

function describeRoutes(app: AppLocation, manifest: Manifest, forced: boolean): string {
  const lanes = new AppRoutes(manifest.direct!);
  const rows = manifest.routes.map((route) => {
    const obstacle = forced ? 'asked for by --lane' : lanes.obstacle(route);
    return [
      route.verbs.join(','),
      route.path,
      obstacle === undefined ? 'direct' : 'plumber',
      route.serializer,
      route.line === undefined ? '' : String(route.line),
      obstacle ?? batching(route, manifest.direct!),
    ];
  });
  const head = ['VERBS', 'PATH', 'LANE', 'ANSWER', 'LINE', 'WHY'];
  const filters = manifest.filters.length === 0 ? '' : `Filters: ${manifest.filters.join(', ')}\n`;
  return `${app.file} (plumber ${manifest.plumberVersion}, R ${manifest.rVersion})\n${filters}${table([head, ...rows])}`;
}

/** What `@batch` comes to for a route of the direct lane; empty without it. */
function batching({ direct }: Route, plan: DirectPlan): string {
  const batch = direct === undefined ? undefined : plan.routes[direct - 1]?.batch;
  if (batch === undefined) return '';
  if (batch.obstacle !== undefined) return `not batched: ${batch.obstacle}`;
  const over = { arguments: 'its arguments', table: `${batch.argument}, a table`, body: 'the body' }[
    batch.form
  ];
  const wait = batch.wait === 0 ? '' : `, after ${batch.wait} ms`;
  return `batched over ${over}, up to ${batch.max}${wait}`;
}
