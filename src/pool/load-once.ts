import { describeLoadFailure, type Manifest } from '../app/manifest.js';
import { PenstockError } from '../errors.js';
import type { OpenLimits } from './open-units.js';
import { Pool } from './pool.js';
import type { PoolOptions } from './pool-options.js';
import type { StartJourney } from './start-journey.js';
import type { Worker } from './worker.js';
import { describeExit, type WorkerExit } from './worker-exit.js';

/** The worker gets no requests. Callbacks of the app may run for a minute. */
const NO_REQUESTS: OpenLimits = { maxOpen: 1, callbackTimeout: 60_000, interruptGrace: 5000, streamDrain: 0 };

/**
 * Loads an app in one worker to inspect it, then stops the worker.
 *
 * @param output called with each line that R prints
 * @param look   called with the worker once it has loaded the app
 */
export async function loadOnce(
  options: Omit<PoolOptions, 'min' | 'max' | 'cpus' | 'preload' | 'open'>,
  output: (line: string) => void,
  look: (worker: Worker) => void = () => {},
): Promise<Manifest> {
  let pool: Pool | undefined;
  try {
    return await new Promise<Manifest>((resolve, reject) => {
      pool = new Pool(
        { ...options, min: 1, max: 1, cpus: 1, preload: 'off', open: NO_REQUESTS },
        {
          idle: () => {},
          waiting: () => 0,
          lacking: () => 0,
          recycling: () => {},
          broken: () => {},
          ready: (worker, manifest) => {
            look(worker);
            resolve(manifest);
          },
          loadFailed: (_worker, failure) =>
            reject(new PenstockError('app_load_failed', describeLoadFailure(failure))),
          dead: (worker, exit) => reject(startFailure(worker.journey, exit)),
          interrupted: () => {},
          callbacksLate: () => {},
          failed: () => {},
          output: (_worker, _stream, line) => output(line),
        },
      );
      pool.start().catch(reject);
    });
  } finally {
    await pool?.stop();
  }
}

/** The error for a worker that ended before it was ready and reported no reason. */
export function startFailure(journey: StartJourney, exit: WorkerExit): PenstockError {
  if (journey.last === 'process' && exit.errno === 'ENOENT') return new PenstockError('r_not_found');
  return new PenstockError(
    'app_load_failed',
    `R ${describeExit(exit)} while it started${journey.describe()}`,
  );
}
