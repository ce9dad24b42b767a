import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { RDataError, readRds, toPlain } from '../../src/rdata/index.js';
import { inFolder, runRScript } from './r-script.js';

describe('.rds files', () => {
  test('are read in every compression of saveRDS(), within limits, and rejected if damaged', async () => {
    await inFolder(async (folder) => {
      await runRScript('save-rds.R', [folder]);
      for (const compression of ['gzip', 'bzip2', 'xz', 'none', 'ascii']) {
        const bytes = await readFile(path.join(folder, compression));
        expect(toPlain(await readRds(bytes))).toMatchObject({
          name: 'saved',
          cars: { mpg: expect.any(Array) },
        });
        if (compression === 'none' || compression === 'ascii') continue;
        await expect(readRds(bytes, { maxBytes: 1000 })).rejects.toMatchObject({ kind: 'limit' });
        for (const length of [3, 10, bytes.length >> 1, bytes.length - 1]) {
          await expect(readRds(bytes.subarray(0, length))).rejects.toBeInstanceOf(RDataError);
        }
        const damaged = Buffer.from(bytes);
        damaged[bytes.length >> 1] = (damaged[bytes.length >> 1] as number) ^ 255;
        await expect(readRds(damaged)).rejects.toBeInstanceOf(RDataError);
      }
    });
  }, 60_000);
});
