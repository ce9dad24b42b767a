import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import type { Finding } from './finding.js';

/** What Penstock needs besides connections: its own files, and some sockets and pipes for each worker. */
const ownDescriptors = 64;
const descriptorsOfWorker = 8;

/** Files of the app that could not be read: a worker would fail on the first of them. */
export function checkAppFiles(app: AppLocation): Finding {
  const unreadable = [app.file, ...namesIn(app.directory)].filter((path) => !isReadable(path));
  if (unreadable.length === 0) return { status: 'ok', title: `App: ${app.file}` };
  return {
    status: unreadable.includes(app.file) ? 'missing' : 'warning',
    title: `${unreadable.length === 1 ? 'A file' : `${unreadable.length} files`} of the app cannot be read`,
    details: unreadable.slice(0, 10),
    fix: [`Let the user that runs Penstock read them: chmod -R a+rX ${app.directory}`],
  };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [directory];
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** R puts its session's files there, and so do handlers that write to tempfile(). */
export function checkTemporaryFolder(folder: string = tmpdir()): Finding {
  try {
    const inner = mkdtempSync(join(folder, 'penstock-doctor-'));
    writeFileSync(join(inner, 'file'), 'text');
    rmSync(inner, { recursive: true });
    return { status: 'ok', title: `Temporary folder ${folder} can be written to` };
  } catch (error) {
    return {
      status: 'missing',
      title: `Temporary folder ${folder} cannot be written to: ${(error as Error).message}`,
      fix: ['Name another with the variable TMPDIR.'],
    };
  }
}

/** Node raises its soft limit to the hard one at start, so `/proc` tells what there really is. */
export function checkDescriptors(
  config: Pick<Config, 'maxConnections' | 'workers'>,
  limits: () => string = () => readFileSync('/proc/self/limits', 'utf8'),
): Finding | undefined {
  const limit = descriptorLimit(limits);
  if (limit === undefined) return undefined;
  const own = ownDescriptors + descriptorsOfWorker * config.workers.max;
  if (limit < own + 16) {
    return {
      status: 'missing',
      title: `${limit} open files are too few: ${config.workers.max} workers alone need ${own}`,
      fix: [`ulimit -n ${own + (config.maxConnections || 10_000)}`],
    };
  }
  if (limit < own + config.maxConnections) {
    return {
      status: 'warning',
      title: `${limit} open files do not allow ${config.maxConnections} connections (--max-connections)`,
      fix: [`ulimit -n ${own + config.maxConnections}`, `Or set --max-connections ${limit - own}.`],
    };
  }
  return {
    status: 'ok',
    title: `${limit === Number.POSITIVE_INFINITY ? 'Any number of' : limit} open files allowed`,
  };
}

function descriptorLimit(limits: () => string): number | undefined {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(limits())?.[1];
    return soft === undefined ? undefined : soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return undefined;
  }
}
