import type { Config } from '../config/load.js';
import type { RecyclingLimits } from '../pool/recycler.js';

/** Why workers are not forked, whatever the app is; undefined if they may be, or if nobody wants them to be. */
export function reasonNotToFork({ preload, workers }: Config): string | undefined {
  if (preload === 'off') return undefined;
  if (process.platform !== 'linux') return 'only on Linux can be seen whether forking is safe';
  return preload === 'auto' && workers.max === 1 ? 'there is no other to share it with' : undefined;
}

/** When workers are replaced, from the options; undefined if they never are, so that no worker is looked at. */
export function recyclingLimits(config: Config): RecyclingLimits | undefined {
  const {
    maxWorkerMemory: maxMemory,
    maxWorkerRequests: maxRequests,
    workerMemoryLimit: memoryLimit,
  } = config;
  if (maxRequests === 0 && maxMemory === 0 && memoryLimit === 0) return undefined;
  return { maxRequests, maxMemory, memoryLimit };
}
