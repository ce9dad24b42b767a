import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PenstockError } from '../errors.js';
import { dialectOf, isAnnotated, scriptIn, serverFile } from './httpuv-files.js';
import { modelFolder, pinnedFile } from './model-files.js';
import { projectAbove } from './project.js';

/** Where an app is, and how to load it. */
export interface AppLocation {
  /** `httpuv`: another framework that serves HTTP with httpuv, such as plumber2. */
  readonly kind: 'plumber' | 'httpuv' | 'model';
  /** The app's folder: R's working directory while it loads and runs. */
  readonly directory: string;
  /** The folder above it that R starts in, whose .Rprofile and renv.lock hold for the app; undefined if there is none. */
  readonly project?: string | undefined;
  /** The R file, `_server.yml`, the saved model, or the folder of saved models. */
  readonly file: string;
  /**
   * - `file`: an annotated file, read by `plumb(file)`.
   * - `directory`: `entrypoint.R` builds the router. plumber runs it only through `plumb(dir = directory)`.
   * - `script`: an R file that starts httpuv's server, or returns an app for it.
   * - `plumber2`: a file with plumber2's annotations.
   * - `server`: `_server.yml`, which names the package that serves its folder.
   * - `model`: a saved R object.
   * - `models`: a folder of saved R objects.
   */
  readonly entry: 'file' | 'directory' | 'script' | 'plumber2' | 'server' | 'model' | 'models';
}

/**
 * Finds the app as `plumber::plumb()` does: a file, or a directory with `entrypoint.R` or else `plumber.R`, in upper or
 * lower case. A directory may have `_server.yml` instead; one with none of them may contain models, or an `app.R` that
 * starts a server. The default is the working directory.
 */
export function findApp(argument: string | undefined, cwd: string = process.cwd()): AppLocation {
  const app = locate(argument, cwd);
  return { ...app, project: projectAbove(app.directory) };
}

/** The folder that R starts in. */
export function startFolder({ directory, project }: AppLocation): string {
  return project ?? directory;
}

function locate(argument: string | undefined, cwd: string): AppLocation {
  const path = resolve(cwd, argument ?? '.');
  const shown = argument ?? path;
  const stats = statOf(path, shown);
  if (stats.isDirectory()) return inDirectory(path, shown);
  if (!stats.isFile()) throw new PenstockError('app_not_found', `${shown} is not a file or a directory.`);
  // R says how to extract the model from what save() has written.
  if (/\.(rds|rdata|rda)$/i.test(path))
    return { kind: 'model', directory: dirname(path), file: path, entry: 'model' };
  if (serverFile([basename(path)]) !== undefined) return server(path);
  if (!/\.r$/i.test(path)) {
    throw new PenstockError('app_not_found', `${shown} is not an R file (.R) or a saved model (.rds).`);
  }
  return location(path);
}

function statOf(path: string, shown: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new PenstockError('app_not_found', missing ? `${shown} does not exist.` : `${shown}: ${message}.`);
  }
}

function inDirectory(directory: string, shown: string): AppLocation {
  let names: string[];
  try {
    names = readdirSync(directory).sort();
  } catch (error) {
    throw new PenstockError('app_not_found', `Cannot read ${shown}: ${(error as Error).message}.`);
  }
  const settings = serverFile(names);
  if (settings !== undefined) return server(join(directory, settings));
  const found = pick(names, 'entrypoint.R') ?? pick(names, 'plumber.R');
  if (found !== undefined) return location(join(directory, found));
  const pin = pinnedFile(directory);
  if (pin !== undefined) {
    const file = join(shown, pin);
    throw new PenstockError('app_not_found', `${shown} is a pin. Serve its file: penstock serve ${file}`);
  }
  const models = modelFolder(directory);
  if (models !== undefined) return { kind: 'model', directory, file: models, entry: 'models' };
  const script = scriptIn(names.map((name) => join(directory, name)));
  if (script !== undefined) return location(script);
  const others = names.filter((name) => /\.r$/i.test(name) && isAnnotated(join(directory, name)));
  const advice =
    others.length === 0
      ? ''
      : ` ${list(others)} ${others.length === 1 ? 'has' : 'have'} plumber annotations: name the file to serve.`;
  throw new PenstockError(
    'app_not_found',
    `${shown} contains no entrypoint.R, no plumber.R and no models.${advice}`,
  );
}

/** Prefers the exact name to one that differs in case. */
function pick(names: readonly string[], wanted: string): string | undefined {
  return (
    names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase())
  );
}

function location(file: string): AppLocation {
  const directory = dirname(file);
  const dialect = dialectOf(file);
  if (dialect !== 'plumber') return { kind: 'httpuv', directory, file, entry: dialect };
  const isEntrypoint = basename(file).toLowerCase() === 'entrypoint.r';
  return { kind: 'plumber', directory, file, entry: isEntrypoint ? 'directory' : 'file' };
}

function server(file: string): AppLocation {
  return { kind: 'httpuv', directory: dirname(file), file, entry: 'server' };
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
