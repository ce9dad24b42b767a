import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { serve } from './serve.js';

/**
 * Serves an app while it is being worked on: what is saved is served. One worker unless requests wait, which is soonest
 * ready when it loads the app itself.
 */
export function dev(app: AppLocation, config: Config): Promise<number> {
  const workers = { min: 1, max: config.workers.max };
  const preload = config.preload === 'auto' ? 'off' : config.preload;
  return serve(app, { ...config, workers, preload }, { dev: true });
}
