import type { AppLocation } from '../app/find-app.js';
import type { Manifest } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { loadOnce } from './load-once.js';
import type { Worker } from './worker.js';

/** Loads an app once, as configured, for commands that only inspect it. R's output goes to stderr. */
export function lookAtApp(
  app: AppLocation,
  config: Config,
  look?: (worker: Worker) => void,
): Promise<Manifest> {
  const { host, idleTimeout, loadTimeout, model, models, port, responseLimit, rscript } = config;
  const packages = [model, ...models.values()].flatMap((one) => one?.packages ?? []);
  return loadOnce(
    {
      command: { rscript, app, host, port, packages },
      loadTimeout,
      idleTimeout,
      stopGrace: config.shutdownTimeout,
      maxPayload: responseLimit,
    },
    (line) => process.stderr.write(`${line}\n`),
    look,
  );
}
