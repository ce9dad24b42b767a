import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type AppLocation, startFolder } from '../app/find-app.js';
import { secretVariables } from '../config/options.js';
import type { RepairName } from '../config/repair-names.js';
import { installed } from '../installation.js';
import { compiledCodeFile } from './compiled-code.js';

/** The R side's entry point. */
const WORKER_SCRIPT = installed('r/worker.R');
const DEBUG_PROFILE = installed('r/debug.R');

/** How to start the workers of an app. */
export interface WorkerCommand {
  readonly rscript: string;
  readonly app: AppLocation;
  /** The public host and port, which plumber shows in its documentation. */
  readonly host: string;
  readonly port: number;
  /** R packages that a model needs in addition to those that its file names. */
  readonly packages?: readonly string[];
  /** Whether /openapi.json describes Penstock's annotations; if not, it is plumber's own. */
  readonly documents?: boolean;
  /** Whether R keeps the places of all code, for messages during development. */
  readonly develops?: boolean;
  /** The repairs of plumber that are switched on. */
  readonly repairs?: readonly RepairName[];
  /** Whether R runs in the gateway's own terminal, so that `browser()` works. */
  readonly interactive?: boolean;
}

let compiledCodeKept: string | undefined;

/** Found once: the sources of `r/` do not change while they are served. */
function compiledCode(): string {
  compiledCodeKept ??= compiledCodeFile();
  return compiledCodeKept;
}

/** Environment variable that tells an R process to wait for its settings. */
const SPARE = 'PENSTOCK_WORKER_SPARE';

/** The settings that `r/main.R` reads and removes from the environment. A spare process gets them in this order. */
export interface WorkerSettings {
  readonly PENSTOCK_WORKER_PORT: string;
  readonly PENSTOCK_WORKER_TOKEN: string;
  readonly PENSTOCK_WORKER_ENTRY: string;
  readonly PENSTOCK_WORKER_DIRECTORY: string;
  readonly PENSTOCK_WORKER_FILE: string;
  readonly PENSTOCK_WORKER_HOST: string;
  readonly PENSTOCK_WORKER_PUBLIC_PORT: string;
  readonly PENSTOCK_WORKER_PACKAGES: string;
  readonly PENSTOCK_WORKER_PRELOADS: string;
  readonly PENSTOCK_WORKER_DOCUMENTS: string;
  readonly PENSTOCK_WORKER_COMPILED: string;
  readonly PENSTOCK_WORKER_DEVELOPS: string;
  readonly PENSTOCK_WORKER_REPAIRS: string;
}

/** @param preloads whether workers will be forked from the process */
export function workerSettings(
  { app, develops = false, documents = false, host, packages = [], port, repairs = [] }: WorkerCommand,
  gateway: { port: number; token: string },
  preloads = false,
): WorkerSettings {
  return {
    PENSTOCK_WORKER_PORT: String(gateway.port),
    PENSTOCK_WORKER_TOKEN: gateway.token,
    PENSTOCK_WORKER_ENTRY: app.entry,
    PENSTOCK_WORKER_DIRECTORY: app.directory,
    PENSTOCK_WORKER_FILE: app.file,
    PENSTOCK_WORKER_HOST: host,
    PENSTOCK_WORKER_PUBLIC_PORT: String(port),
    PENSTOCK_WORKER_PACKAGES: packages.join(' '),
    PENSTOCK_WORKER_PRELOADS: preloads ? '1' : '',
    PENSTOCK_WORKER_DOCUMENTS: documents ? '1' : '',
    PENSTOCK_WORKER_COMPILED: compiledCode(),
    PENSTOCK_WORKER_DEVELOPS: develops ? '1' : '',
    PENSTOCK_WORKER_REPAIRS: repairs.join(' '),
  };
}

/** Creates the folder for the temporary files of an R process. */
export function createFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Starts R in the app's project, so that the project's own .Rprofile applies. R then goes to the app's folder.
 *
 * @param folder   where R creates its temporary folder; created too
 * @param settings undefined for a process that gets them later, on standard input
 */
export function startR(
  { app, interactive = false, rscript }: Pick<WorkerCommand, 'app' | 'interactive' | 'rscript'>,
  folder: string,
  settings?: WorkerSettings,
): ChildProcess {
  createFolder(folder);
  const inherited = Object.entries(process.env).filter(([name]) => !secretVariables.includes(name));
  const env = {
    ...Object.fromEntries(inherited),
    TMPDIR: folder,
    ...(settings ?? { [SPARE]: '1', PENSTOCK_WORKER_COMPILED: compiledCode() }),
  };
  const cwd = startFolder(app);
  if (interactive) return startInteractive(rscript, cwd, env);
  return spawn(rscript, [WORKER_SCRIPT], {
    cwd,
    env,
    stdio: [settings === undefined ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C in a terminal reaches only the gateway, and children of R can be killed with it.
    detached: true,
  });
}

/**
 * R itself, because Rscript never prompts. An interactive R takes no commands from a file, so its profile runs the worker.
 * It stays in the gateway's process group, which may read from the terminal.
 */
function startInteractive(rscript: string, cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const flags = ['--quiet', '--no-restore', '--no-save', '--interactive'];
  return spawn(rscript.replace(/Rscript$/, 'R'), [...flags, '--args', `--file=${WORKER_SCRIPT}`], {
    cwd,
    env: { ...env, R_PROFILE_USER: DEBUG_PROFILE, PENSTOCK_WORKER_PROFILE: env.R_PROFILE_USER ?? '' },
    stdio: 'inherit',
  });
}
