import { type ChildProcess, spawn } from 'node:child_process';
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

/** The variable that tells an R process to wait for its settings. */
const SPARE = 'PENSTOCK_WORKER_SPARE';

/** What `r/main.R` goes by, in this order where it comes at once; it takes them out of the environment again. */
export interface WorkerSettings {
  readonly PENSTOCK_WORKER_PORT: string;
  readonly PENSTOCK_WORKER_TOKEN: string;
  readonly PENSTOCK_WORKER_APP: string;
  readonly PENSTOCK_WORKER_PRELOADS: string;
  readonly PENSTOCK_WORKER_DOCUMENTS: string;
}

/** @param preloads workers are to be forked from it */
export function workerSettings(
  { app, documents = false, host, packages = [], port }: WorkerCommand,
  gateway: { port: number; token: string },
  preloads = false,
): WorkerSettings {
  return {
    PENSTOCK_WORKER_PORT: String(gateway.port),
    PENSTOCK_WORKER_TOKEN: gateway.token,
    PENSTOCK_WORKER_APP: [app.entry, app.directory, app.file, host, port, ...packages].join('\n'),
    PENSTOCK_WORKER_PRELOADS: preloads ? '1' : '',
    PENSTOCK_WORKER_DOCUMENTS: documents ? '1' : '',
  };
}

/**
 * Starts R in the app's folder, so that the project's own .Rprofile applies.
 *
 * @param folder   R makes its temporary folder in there
 * @param settings undefined: it is told later, by its standard input
 */
export function startR(
  { app, rscript }: Pick<WorkerCommand, 'app' | 'rscript'>,
  folder: string,
  settings?: WorkerSettings,
): ChildProcess {
  const env = Object.entries(process.env).filter(([name]) => !secretVariables.includes(name));
  return spawn(rscript, [WORKER_SCRIPT], {
    cwd: app.directory,
    env: { ...Object.fromEntries(env), TMPDIR: folder, ...(settings ?? { [SPARE]: '1' }) },
    stdio: [settings === undefined ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    // A group of its own: a terminal's Ctrl-C reaches the gateway only, and what R starts can be ended with it.
    detached: true,
  });
}
