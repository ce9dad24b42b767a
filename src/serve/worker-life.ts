import { containerMemory } from '../config/container-memory.js';
import type { Config } from '../config/load.js';
import type { RecyclingLimits } from '../pool/recycler.js';

/** Why workers are not forked, whatever the app is. Empty if forking is possible, or switched off. */
export function reasonsNotToFork({ preload, workers }: Config): readonly string[] {
  if (preload === 'off') return [];
  if (process.platform !== 'linux') return ['fork safety can only be checked on Linux'];
  return preload === 'auto' && workers.max === 1 ? ['there is only one worker'] : [];
}

/** When to replace workers. Undefined if no limit is set, so that workers need no checks. */
export function recyclingLimits(config: Config): RecyclingLimits | undefined {
  const {
    maxWorkerMemory: maxMemory,
    maxWorkerRequests: maxRequests,
    workerMemoryLimit: memoryLimit,
  } = config;
  const container = containerMemory();
  if (maxRequests === 0 && maxMemory === 0 && memoryLimit === 0 && container === undefined) return undefined;
  return { maxRequests, maxMemory, memoryLimit, container };
}
