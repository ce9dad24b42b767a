import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { serve } from './serve.js';

/** Serves an app while it is being worked on: what is saved is served. One worker unless requests wait. */
export function dev(app: AppLocation, config: Config): Promise<number> {
  return serve(app, { ...config, workers: { min: 1, max: config.workers.max } }, { dev: true });
}
