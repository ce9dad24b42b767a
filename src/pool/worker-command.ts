import type { AppLocation } from '../app/find-app.js';
import { secretVariables } from '../config/options.js';
import { installed } from '../installation.js';

/** The R side's entry point. */
const WORKER_SCRIPT = installed('r/worker.R');

/** What it takes to start a worker of an app. */
export interface WorkerCommand {
  readonly rscript: string;
  readonly app: AppLocation;
  /** The public address, which plumber shows in its documentation. */
  readonly host: string;
  readonly port: number;
  /** R packages that a model needs on top of those that it names itself. */
  readonly packages?: readonly string[];
  /** /openapi.json is to say what Penstock's annotations mean for a route; without it, it is plumber's own. */
  readonly documents?: boolean;
}

/** Arguments and environment of the R process. `r/main.R` reads the variables and takes them out again. */
export function workerProcess(
  command: WorkerCommand,
  { folder, port: gatewayPort, token }: { port: number; token: string; folder: string },
): { args: string[]; env: NodeJS.ProcessEnv } {
  const { app, documents = false, host, packages = [], port } = command;
  const env = Object.entries(process.env).filter(([name]) => !secretVariables.includes(name));
  return {
    args: [WORKER_SCRIPT],
    env: {
      ...Object.fromEntries(env),
      // R makes its temporary folder in there.
      TMPDIR: folder,
      PENSTOCK_WORKER_PORT: String(gatewayPort),
      PENSTOCK_WORKER_TOKEN: token,
      PENSTOCK_WORKER_DOCUMENTS: documents ? '1' : '',
      PENSTOCK_WORKER_APP: [app.entry, app.directory, app.file, host, port, ...packages].join('\n'),
    },
  };
}
