import type { AppLocation } from '../app/find-app.js';
import type { Manifest } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { DirectLane } from '../gateway/direct/direct-lane.js';
import { servedModel } from '../model/served-model.js';
import { loadOnce } from '../pool/load-once.js';
import { describeModel } from './model-summary.js';
import { table } from './table.js';

/** Prints the routes of an app, how each is executed and why; of a saved model, what it takes. */
export async function routes(app: AppLocation, config: Config): Promise<number> {
  const { host, port, rscript } = config;
  const manifest = await loadOnce(
    {
      command: { rscript, app, host, port, packages: config.model?.packages ?? [] },
      loadTimeout: config.loadTimeout,
      idleTimeout: config.idleTimeout,
      stopGrace: config.shutdownTimeout,
      maxPayload: config.responseLimit,
    },
    (line) => process.stderr.write(`${line}\n`),
  );
  const models = manifest.models.map((found) => describeModel(servedModel(found, config.model)));
  process.stdout.write(
    app.kind === 'model' ? models.join('\n') : describeRoutes(app, manifest, config.lane === 'plumber'),
  );
  return 0;
}

function describeRoutes(app: AppLocation, manifest: Manifest, forced: boolean): string {
  const lanes = new DirectLane(manifest.direct!);
  const rows = manifest.routes.map((route) => {
    const obstacle = forced ? 'asked for by --lane' : lanes.obstacle(route);
    return [
      route.verbs.join(','),
      route.path,
      obstacle === undefined ? 'direct' : 'plumber',
      route.serializer,
      route.line === undefined ? '' : String(route.line),
      obstacle ?? '',
    ];
  });
  const head = ['VERBS', 'PATH', 'LANE', 'ANSWER', 'LINE', 'WHY'];
  const filters = manifest.filters.length === 0 ? '' : `Filters: ${manifest.filters.join(', ')}\n`;
  return `${app.file} (plumber ${manifest.plumberVersion}, R ${manifest.rVersion})\n${filters}${table([head, ...rows])}`;
}
