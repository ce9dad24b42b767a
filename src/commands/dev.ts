import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { serve } from './serve.js';

/**
 * Serves an app during development and reloads it when a file is saved. It starts one worker, and adds others only
 * while requests wait. A single worker is ready sooner if it loads the app itself than if it is forked.
 */
export function dev(app: AppLocation, config: Config): Promise<number> {
  const workers = { min: 1, max: config.workers.max };
  const preload = config.preload === 'auto' ? 'off' : config.preload;
  return serve(app, { ...config, workers, preload }, { dev: true });
}
