import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PenstockError } from '../errors.js';
import { modelFolder } from './model-files.js';

/** Where an app is and how plumber is told to read it. */
export interface AppLocation {
  readonly kind: 'plumber' | 'model';
  /** The app's folder: R's working directory while it loads and runs. */
  readonly directory: string;
  /** The plumber file, `entrypoint.R`, or the file of the saved model, or the folder of them. */
  readonly file: string;
  /**
   * `file`: an annotated file, read by `plumb(file)`. `directory`: `entrypoint.R` builds the router, which plumber
   * only runs through `plumb(dir = directory)`. `model`: a saved R object. `models`: a folder of them.
   */
  readonly entry: 'file' | 'directory' | 'model' | 'models';
}

/**
 * Finds the app as `plumber::plumb()` does: a file is taken as it is; in a directory `entrypoint.R` beats `plumber.R`,
 * in any case. A directory with neither may have models. Without an argument the working directory is looked at.
 */
export function findApp(argument: string | undefined, cwd: string = process.cwd()): AppLocation {
  const path = resolve(cwd, argument ?? '.');
  const shown = argument ?? path;
  const stats = statOf(path, shown);
  if (stats.isDirectory()) return inDirectory(path, shown);
  if (!stats.isFile())
    throw new PenstockError('app_not_found', `${shown} is neither a file nor a directory.`);
  if (/\.rds$/i.test(path)) return { kind: 'model', directory: dirname(path), file: path, entry: 'model' };
  if (!/\.r$/i.test(path)) {
    throw new PenstockError('app_not_found', `${shown} is neither an R file (.R) nor a saved model (.rds).`);
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
    throw new PenstockError('app_not_found', `${shown} cannot be read: ${(error as Error).message}.`);
  }
  const found = pick(names, 'entrypoint.R') ?? pick(names, 'plumber.R');
  if (found !== undefined) return location(join(directory, found));
  const models = modelFolder(directory);
  if (models !== undefined) return { kind: 'model', directory, file: models, entry: 'models' };
  const others = names.filter((name) => /\.r$/i.test(name) && isAnnotated(join(directory, name)));
  const near =
    others.length === 0
      ? ''
      : ` ${list(others)} ${others.length === 1 ? 'has' : 'have'} plumber's annotations: name the file.`;
  throw new PenstockError(
    'app_not_found',
    `${shown} has no entrypoint.R or plumber.R, and no models.${near}`,
  );
}

/** The name as it should be written if there, else in whatever case it is. */
function pick(names: readonly string[], wanted: string): string | undefined {
  return (
    names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase())
  );
}

function location(file: string): AppLocation {
  const isEntrypoint = basename(file).toLowerCase() === 'entrypoint.r';
  return { kind: 'plumber', directory: dirname(file), file, entry: isEntrypoint ? 'directory' : 'file' };
}

/** Whether a file has a line like `#* @get /path`. */
function isAnnotated(file: string): boolean {
  try {
    return /^#['*]\s*@(get|put|post|delete|head|options|patch|use|filter|plumber|assets)\b/im.test(
      readFileSync(file, 'utf8'),
    );
  } catch {
    return false;
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
