import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NotCovered, printJson } from '../../src/json/index.js';
import { type RInteger, type RList, readRData, slicer } from '../../src/rdata/index.js';
import { inFolder, runRScript } from './r-script.js';

test('splits results as R subsets elements, rows and columns, or not at all', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'cases.rds');
    await runRScript('slice-cases.R', [file]);
    const cases = (readRData(readFileSync(file)) as RList).values as RList[];
    expect(cases.length).toBeGreaterThan(80);
    for (const [i, { values }] of cases.entries()) {
      const [value, items, from, to, expected] = values;
      const [n, start, end] = [items, from, to].map((one) => (one as RInteger).values[0]!);
      const slice = slicer(value!, n!);
      if (expected!.type === 'NULL') {
        expect(slice, `case ${i}`).toBeUndefined();
        continue;
      }
      const part = printJson(slice!(start!, end!), {});
      expect(part, `case ${i}`).not.toBeInstanceOf(NotCovered);
      expect(String(part), `case ${i}`).toBe(String(printJson((expected as RList).values[0]!, {})));
    }
  });
});
