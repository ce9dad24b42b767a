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

/** File descriptors in addition to connections: Penstock's own files, and sockets and pipes of each worker. */
const gatewayDescriptors = 64;
const descriptorsPerWorker = 8;

/** Checks that the app's files are readable. A worker would fail on the first unreadable one. */
export function checkAppFiles(app: AppLocation): Finding {
  const unreadable = [app.file, ...namesIn(app.directory)].filter((path) => !isReadable(path));
  if (unreadable.length === 0) return { status: 'ok', title: `App: ${app.file}` };
  return {
    status: unreadable.includes(app.file) ? 'missing' : 'warning',
    title: `Cannot read ${unreadable.length === 1 ? '1 file' : `${unreadable.length} files`} of the app`,
    details: unreadable.slice(0, 10),
    fix: [`Make the files readable for the user that runs Penstock: chmod -R a+rX ${app.directory}`],
  };
}

/** The project above the app's folder, if there is one. */
export function checkProject({ project }: AppLocation): Finding[] {
  return project === undefined ? [] : [{ status: 'ok', title: `Project: ${project}` }];
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

/** R needs it for the files of its session, and handlers for tempfile(). */
export function checkTemporaryFolder(folder: string = tmpdir()): Finding {
  try {
    const inner = mkdtempSync(join(folder, 'penstock-doctor-'));
    writeFileSync(join(inner, 'file'), 'text');
    rmSync(inner, { recursive: true });
    return { status: 'ok', title: `The temporary folder ${folder} is writable` };
  } catch (error) {
    return {
      status: 'missing',
      title: `The temporary folder ${folder} is not writable: ${(error as Error).message}`,
      fix: ['Set another folder with the environment variable TMPDIR.'],
    };
  }
}

/** Reads `/proc`, because Node raises its soft limit to the hard limit at startup. */
export function checkDescriptors(
  config: Pick<Config, 'maxConnections' | 'workers'>,
  limits: () => string = () => readFileSync('/proc/self/limits', 'utf8'),
): Finding | undefined {
  const limit = descriptorLimit(limits);
  if (limit === undefined) return undefined;
  const own = gatewayDescriptors + descriptorsPerWorker * config.workers.max;
  if (limit < own + 16) {
    return {
      status: 'missing',
      title: `The limit of ${limit} open files is too low: ${config.workers.max} workers alone need ${own}`,
      fix: [`ulimit -n ${own + (config.maxConnections || 10_000)}`],
    };
  }
  if (limit < own + config.maxConnections) {
    return {
      status: 'warning',
      title: `The limit of ${limit} open files is too low for ${config.maxConnections} connections (--max-connections)`,
      fix: [`ulimit -n ${own + config.maxConnections}`, `Or set --max-connections ${limit - own}.`],
    };
  }
  return {
    status: 'ok',
    title: `Limit of open files: ${limit === Number.POSITIVE_INFINITY ? 'unlimited' : limit}`,
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
