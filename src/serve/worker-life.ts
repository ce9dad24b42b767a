import type { Config } from '../config/load.js';
import type { RecyclingLimits } from '../pool/recycler.js';

/** Why workers are not forked, whatever the app is. Undefined if forking is possible, or switched off. */
export function reasonNotToFork({ preload, workers }: Config): string | undefined {
  if (preload === 'off') return undefined;
  if (process.platform !== 'linux') return 'fork safety can only be checked on Linux';
  return preload === 'auto' && workers.max === 1 ? 'there is only one worker' : undefined;
}

/** When to replace workers. Undefined if no limit is set, so that workers need no checks. */
export function recyclingLimits(config: Config): RecyclingLimits | undefined {
  const {
    maxWorkerMemory: maxMemory,
    maxWorkerRequests: maxRequests,
    workerMemoryLimit: memoryLimit,
  } = config;
  if (maxRequests === 0 && maxMemory === 0 && memoryLimit === 0) return undefined;
  return { maxRequests, maxMemory, memoryLimit };
}
