import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sizingFile } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { type Measured, measureApp } from './measure-app.js';

/** What is written, in units that people read. */
interface Sizing {
  readonly loadSeconds: number;
  readonly workerMemoryMb: number;
  readonly longestTimeoutSeconds: number;
}

/**
 * The sizes in the app's folder, if they are there: then neither R nor this machine matters. Otherwise loads the app
 * once. Undefined if the configuration sets the memory of a pod.
 */
export async function measuredOf(app: AppLocation, config: Config): Promise<Measured | undefined> {
  const path = join(app.directory, sizingFile);
  if (existsSync(path)) return readSizing(path);
  return config.memory === undefined ? await measureApp(app, config) : undefined;
}

/** Measures the app and writes the sizes to its folder, to be committed with it. */
export async function writeSizing(app: AppLocation, config: Config): Promise<string> {
  const { loadTime, longestTimeout, memory } = await measureApp(app, config);
  if (memory === undefined)
    throw new PenstockError('sizing_unusable', 'The memory of a worker cannot be measured on this system.');
  const sizing: Sizing = {
    loadSeconds: Math.ceil(loadTime / 100) / 10,
    workerMemoryMb: Math.ceil(memory / 1024 ** 2),
    longestTimeoutSeconds: longestTimeout / 1000,
  };
  const path = join(app.directory, sizingFile);
  writeFileSync(path, `${JSON.stringify(sizing, null, 2)}\n`);
  return path;
}

function readSizing(path: string): Measured {
  const fail = (why: string) => new PenstockError('sizing_unusable', `${path}: ${why}`);
  let read: Partial<Record<keyof Sizing, unknown>>;
  try {
    read = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fail((error as Error).message);
  }
  const number = (key: keyof Sizing): number => {
    const found = read[key];
    if (typeof found === 'number' && found >= 0) return found;
    throw fail(`\`${key}\` must be a number of at least 0.`);
  };
  return {
    hazards: [],
    loadTime: 1000 * number('loadSeconds'),
    longestTimeout: 1000 * number('longestTimeoutSeconds'),
    memory: number('workerMemoryMb') * 1024 ** 2,
  };
}
