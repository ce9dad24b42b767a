import type { AppLocation } from '../app/find-app.js';
import type { DirectPlan, Framework, Manifest, Route } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { AppRoutes } from '../lanes/app-routes.js';
import { lookAtModels } from '../models/look-at-models.js';
import { lookAtApp } from '../pool/look-at-app.js';
import { describeModel } from './model-summary.js';
import { table } from './table.js';

/** Prints the routes of an app with their lanes and the reasons, or the fields of saved models. */
export async function routes(app: AppLocation, config: Config): Promise<number> {
  const text = app.kind === 'model' ? await modelText(app, config) : await routeText(app, config);
  process.stdout.write(text);
  return 0;
}

async function routeText(app: AppLocation, config: Config): Promise<string> {
  const manifest = await lookAtApp(app, config);
  if (manifest.framework !== undefined) return frameworkText(app, manifest, manifest.framework);
  return describeRoutes(app, manifest, config.lane === 'plumber');
}

function frameworkText(
  { file }: AppLocation,
  { rVersion, routes, sockets, staticPaths }: Manifest,
  { knowsRoutes, name, version }: Framework,
): string {
  const files = staticPaths.filter(({ exclude }) => !exclude);
  const rows = [
    ['VERBS', 'PATH', 'ANSWERED BY', 'WHAT'],
    ...files.map(({ at, folder }) => [
      'GET,HEAD',
      `${at === '/' ? '' : at}/*`,
      'gateway',
      `files of ${folder}`,
    ]),
    ...routes.map(({ path, serializer, verbs }) => [verbs.join(','), path, 'R', `route ${serializer}`]),
    ...(knowsRoutes ? [] : [['any', 'any other', 'R', 'only R knows the routes of this app']]),
    ...(sockets ? [['GET', 'any', 'R', 'WebSockets']] : []),
  ];
  return `${file} (${name} ${version}, R ${rVersion})\n${table(rows)}`;
}

async function modelText(app: AppLocation, config: Config): Promise<string> {
  return (await lookAtModels(app, config)).map(describeModel).join('\n');
}

function describeRoutes(app: AppLocation, manifest: Manifest, forced: boolean): string {
  const lanes = new AppRoutes(manifest.direct!);
  const rows = manifest.routes.map((route) => {
    const obstacle = forced ? 'forced by --lane' : lanes.obstacle(route);
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

/** The effect of `@batch` on a route of the direct lane; empty without it. */
function batching({ direct }: Route, plan: DirectPlan): string {
  const batch = direct === undefined ? undefined : plan.routes[direct - 1]?.batch;
  if (batch === undefined) return '';
  if (batch.obstacle !== undefined) return `not batched: ${batch.obstacle}`;
  const over = { arguments: 'its arguments', table: `the table ${batch.argument}`, body: 'the body' }[
    batch.form
  ];
  const wait = batch.wait === 0 ? '' : `, after waiting ${batch.wait} ms`;
  return `batched over ${over}, up to ${batch.max} items${wait}`;
}
