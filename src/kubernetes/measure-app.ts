import { readFileSync } from 'node:fs';
import type { AppLocation } from '../app/find-app.js';
import type { Hazard } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { lookAtApp } from '../pool/look-at-app.js';

/** What loading the app once on this machine has shown. */
export interface Measured {
  /** The longest deadline that an annotation gives a route, in ms; 0 without any. */
  readonly longestTimeout: number;
  readonly hazards: readonly Hazard[];
  /** Milliseconds from the start of R to a loaded app. */
  readonly loadTime: number;
  /** Bytes of memory of its own and its share of what it has in common with others (PSS). */
  readonly memory: number | undefined;
}

/** Starts one worker, looks at it when it has loaded the app, and ends it. */
export async function measureApp(app: AppLocation, config: Config): Promise<Measured> {
  const startedAt = performance.now();
  let seen: Pick<Measured, 'loadTime' | 'memory'> | undefined;
  const { direct, hazards } = await lookAtApp(app, config, (worker) => {
    seen = { loadTime: performance.now() - startedAt, memory: memoryOf(worker.pid) };
  });
  const timeouts = direct?.routes.map(({ policy }) => policy.timeout ?? 0) ?? [];
  return { hazards, longestTimeout: Math.max(0, ...timeouts), ...seen! };
}

/** Undefined where the system does not tell: outside of Linux. */
function memoryOf(pid: number | undefined): number | undefined {
  try {
    const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return pss === null ? undefined : Number(pss[1]) * 1024;
  } catch {
    return undefined;
  }
}
