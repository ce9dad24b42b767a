import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRData, writeRData } from '../../src/rdata/index.js';
import { RecordReader, RecordWriter } from '../json/records.js';
import { sized } from '../support/sized.js';
import { compareRoundTrips } from './compare-round-trip.js';
import { inFolder, runRScript } from './r-script.js';
import { randomValue } from './random-value.js';

const SEED = 20240203;

describe('values exchanged between R and Node', () => {
  test(`are identical() in R after a round trip, for all types and formats (seed ${SEED})`, async () => {
    const { count, changed } = await compareRoundTrips(SEED, sized(600, 2000));
    expect(changed).toEqual([]);
    expect(count).toBeGreaterThan(sized(1000, 2500));
  }, 300_000);

  test(`are the same byte for byte after a round trip through R (seed ${SEED})`, async () => {
    const values = fc.sample(randomValue, { seed: SEED, numRuns: sized(1500, 5000) });
    await inFolder(async (folder) => {
      const [from, to] = ['from', 'to'].map((name) => path.join(folder, name)) as [string, string];
      const records = new RecordWriter();
      const sent = values.map((value) => writeRData(value));
      for (const bytes of sent) records.block(bytes);
      await writeFile(from, records.finish());
      await runRScript('echo.R', [from, to]);
      const returned = new RecordReader(await readFile(to));
      const changed = sent.filter(
        (bytes) => !writeRData(readRData(returned.block() as Buffer)).equals(bytes),
      );
      expect(changed.map((bytes) => bytes.toString('hex')).slice(0, 3)).toEqual([]);
      expect(returned.atEnd).toBe(true);
    });
  }, 120_000);

  test('are equal after a round trip within Node', () => {
    fc.assert(
      fc.property(randomValue, (value) => {
        const bytes = writeRData(value);
        expect(writeRData(readRData(bytes)).equals(bytes)).toBe(true);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});
