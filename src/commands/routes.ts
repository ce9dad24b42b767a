import type { AppLocation } from '../app/find-app.js';
import type { Manifest, Route } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { loadOnce } from '../pool/load-once.js';

/** Prints the routes of an app, how each is executed and why. */
export async function routes(app: AppLocation, config: Config): Promise<number> {
  const { host, port, rscript } = config;
  const manifest = await loadOnce(
    {
      command: { rscript, app, host, port },
      loadTimeout: config.loadTimeout,
      idleTimeout: config.idleTimeout,
      stopGrace: config.shutdownTimeout,
      maxPayload: config.responseLimit,
    },
    (line) => process.stderr.write(`${line}\n`),
  );
  process.stdout.write(describeRoutes(app, manifest));
  return 0;
}

function describeRoutes(app: AppLocation, manifest: Manifest): string {
  const rows = manifest.routes.map((route) => [
    route.verbs.join(','),
    route.path,
    'plumber',
    reason(route),
    route.serializer,
    route.line === undefined ? '' : `line ${route.line}`,
  ]);
  const head = ['VERBS', 'PATH', 'LANE', 'WHY', 'ANSWER', 'WHERE'];
  const filters = manifest.filters.length === 0 ? '' : `Filters: ${manifest.filters.join(', ')}\n`;
  return `${app.file} (plumber ${manifest.plumberVersion}, R ${manifest.rVersion})\n${filters}${table([head, ...rows])}`;
}

function reason(_route: Route): string {
  return 'plumber itself answers';
}

/** Columns as wide as their longest cell. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}
