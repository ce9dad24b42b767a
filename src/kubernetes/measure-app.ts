import { readFileSync } from 'node:fs';
import type { AppLocation } from '../app/find-app.js';
import type { Hazard } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { lookAtApp } from '../pool/look-at-app.js';

/** Results of loading the app once on this machine. */
export interface Measured {
  /** The longest `@timeout` of a route, in ms; 0 without any. */
  readonly longestTimeout: number;
  readonly hazards: readonly Hazard[];
  /** Time from the start of R until the app is loaded, in ms. */
  readonly loadTime: number;
  /** The proportional set size (PSS) of the worker, in bytes; undefined if unknown. */
  readonly memory: number | undefined;
}

/** Starts one worker, measures it after it has loaded the app, and stops it. */
export async function measureApp(app: AppLocation, config: Config): Promise<Measured> {
  const startedAt = performance.now();
  let seen: Pick<Measured, 'loadTime' | 'memory'> | undefined;
  const { direct, hazards } = await lookAtApp(app, config, {
    worker: ({ pid }) => {
      seen = { loadTime: performance.now() - startedAt, memory: memoryOf(pid) };
    },
  });
  const timeouts = direct?.routes.map(({ policy }) => policy.timeout ?? 0) ?? [];
  return { hazards, longestTimeout: Math.max(0, ...timeouts), ...seen! };
}

/** Known only on Linux. */
function memoryOf(pid: number | undefined): number | undefined {
  try {
    const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return pss === null ? undefined : Number(pss[1]) * 1024;
  } catch {
    return undefined;
  }
}
