import { resolve } from 'node:path';
import { findApp } from '../../src/app/find-app.js';
import { defaultConfig } from '../../src/config/load.js';
import { AppRoutes } from '../../src/lanes/app-routes.js';
import { loadOnce } from '../../src/pool/load-once.js';
import { type CorpusApp, corpus } from './corpus.js';

/** The lanes that the endpoints of an API use. */
export interface AppLanes extends CorpusApp {
  readonly endpoints: number;
  readonly direct: number;
  /** Why the other endpoints use the plumber lane. */
  readonly reasons: readonly string[];
}

const apis = resolve(import.meta.dirname, '../fixtures/apis');
/** Paths that plumber adds to every API. */
const documentation = /^\/(openapi\.json|__docs__\/.*|__swagger__\/.*)$/;

/** Loads APIs of the corpus, two at a time. */
export async function corpusLanes(apps: readonly CorpusApp[] = corpus): Promise<AppLanes[]> {
  const found: AppLanes[] = [];
  const left = [...apps.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [place, app] = next;
      found[place] = await lanesOf(app);
    }
  };
  await Promise.all([work(), work()]);
  return found;
}

/** The minimum of `meanDirect`. */
export const LEAST_DIRECT = 0.85;

/** The mean share of direct endpoints, from 0 to 1. A large API counts as much as a small one. */
export function meanDirect(lanes: readonly AppLanes[]): number {
  return lanes.reduce((sum, { direct, endpoints }) => sum + direct / endpoints, 0) / lanes.length;
}

async function lanesOf(app: CorpusApp): Promise<AppLanes> {
  const { host, idleTimeout, loadTimeout, responseLimit, rscript, shutdownTimeout } = defaultConfig();
  const manifest = await loadOnce(
    {
      command: { rscript, app: findApp(resolve(apis, app.app)), host, port: 0 },
      loadTimeout,
      idleTimeout,
      stopGrace: shutdownTimeout,
      maxPayload: responseLimit,
    },
    () => {},
  );
  const lane = new AppRoutes(manifest.direct!);
  const routes = manifest.routes.filter(({ path }) => !documentation.test(path));
  const obstacles = routes.map((route) => lane.obstacle(route));
  const reasons = obstacles.filter((obstacle) => obstacle !== undefined);
  return {
    ...app,
    endpoints: routes.length,
    direct: routes.length - reasons.length,
    reasons: [...new Set(reasons)],
  };
}
