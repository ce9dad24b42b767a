import { stdin } from 'node:process';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { serve } from './serve.js';

/** Longer than anyone looks at one request, in ms. */
const NO_DEADLINE_MS = 24 * 3_600_000;

/**
 * Serves an app during development and reloads it when a file is saved. It starts one worker, and adds others only
 * while requests wait. A single worker is ready sooner if it loads the app itself than if it is forked.
 */
export function dev(app: AppLocation, config: Config): Promise<number> {
  if (config.debug) return serve(app, forDebugging(config), { dev: true });
  const workers = { min: 1, max: config.workers.max };
  const preload = config.preload === 'auto' ? 'off' : config.preload;
  return serve(app, { ...config, workers, preload }, { dev: true });
}

/** One worker, which may wait for the user for as long as it takes. */
function forDebugging(config: Config): Config {
  if (!stdin.isTTY) {
    throw new PenstockError('usage', '--debug: R needs a terminal. Run it there, without redirected input.');
  }
  return {
    ...config,
    workers: { min: 1, max: 1 },
    preload: 'off',
    timeout: NO_DEADLINE_MS,
    loadTimeout: NO_DEADLINE_MS,
  };
}
