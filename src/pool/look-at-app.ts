import type { AppLocation } from '../app/find-app.js';
import type { Manifest } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { loadOnce } from './load-once.js';
import type { Worker } from './worker.js';

/** What a command does while it inspects an app. */
export interface Look {
  /** Called with the worker once it has loaded the app. */
  readonly worker?: (worker: Worker) => void;
  /** Called with each line that R prints. By default, the lines go to stderr. */
  readonly output?: (line: string) => void;
}

/** Loads an app once, as configured, for commands that only inspect it. */
export function lookAtApp(
  app: AppLocation,
  config: Config,
  { output = (line) => process.stderr.write(`${line}\n`), worker }: Look = {},
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
    output,
    worker,
  );
}
