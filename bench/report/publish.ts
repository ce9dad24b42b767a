import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CPU_TITLE } from '../cpu/title.js';
import type { Result } from '../result.js';
import { scenarios } from '../scenarios.js';
import { chart } from './chart.js';
import { crowdChart } from './crowd-chart.js';
import { document } from './document.js';
import { latencyChart } from './latency-chart.js';
import { describeMachine } from './machine.js';
import { storeResults } from './stored-results.js';

/** Stores the results of a run and writes them, with those of earlier runs, to docs/. */
export function publish(measured: readonly Result[]): void {
  const titles = scenarios.map(({ title }) => title);
  const all = storeResults(measured, [...titles, CPU_TITLE]);
  const charted = all.filter(
    ({ rows, title }) =>
      title !== CPU_TITLE && rows.every(({ crowd, curve }) => curve === undefined && crowd === undefined),
  );
  writeFileSync(join('docs', 'benchmarks.svg'), chart(charted));
  const curves = latencyChart(all);
  if (curves !== undefined) writeFileSync(join('docs', 'benchmarks-latency.svg'), curves);
  const crowds = crowdChart(all);
  if (crowds !== undefined) writeFileSync(join('docs', 'benchmarks-crowd.svg'), crowds);
  writeFileSync(join('docs', 'benchmarks.md'), document(all, describeMachine()));
}
