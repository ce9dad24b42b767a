import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  RDataError,
  type ReadLimits,
  readRData,
  rList,
  rNull,
  rString,
  writeRData,
} from '../../src/rdata/index.js';
import { RecordReader } from '../json/records.js';
import { sized } from '../support/sized.js';
import { fuzzRead } from './fuzz-read.js';
import { inFolder, runRScript } from './r-script.js';

const SEED = 20240203;

/** A native, version 2 stream of these numbers. */
function stream(...numbers: number[]): Buffer {
  const header = writeRData(rNull).subarray(0, 14);
  const body = Buffer.alloc(4 * numbers.length);
  for (const [i, x] of numbers.entries()) body.writeInt32LE(x, 4 * i);
  return Buffer.concat([header, body]);
}

function refusal(bytes: Buffer, limits?: ReadLimits): RDataError {
  try {
    readRData(bytes, limits);
  } catch (error) {
    if (error instanceof RDataError) return error;
    throw error;
  }
  throw new Error('the input was accepted');
}

describe('reading R data', () => {
  test(`only ever fails with RDataError on damaged input (seed ${SEED})`, async () => {
    await inFolder(async (folder) => {
      const file = path.join(folder, 'values');
      await runRScript('round-trip.R', ['write', file, SEED, 300]);
      const records = new RecordReader(await readFile(file));
      const corpus: Buffer[] = [];
      while (!records.atEnd) {
        const bytes = records.block() as Buffer;
        if (bytes.length < 20_000) corpus.push(bytes);
      }
      const { read, refused, failures } = fuzzRead(corpus, SEED, sized(6000, 30_000));
      expect(failures.slice(0, 3)).toEqual([]);
      // Some of the damaged inputs are still valid, others are not.
      expect(Math.min(read, refused)).toBeGreaterThan(sized(200, 1000));
    });
  }, 300_000);

  test('reports the error and its position', () => {
    expect(refusal(Buffer.from('hello'))).toMatchObject({
      kind: 'malformed',
      position: 0,
      reason: 'this is not R data',
    });
    expect(refusal(Buffer.alloc(0))).toMatchObject({ kind: 'truncated' });
    expect(refusal(stream(99))).toMatchObject({
      kind: 'malformed',
      position: 18,
      reason: 'there is no type 99',
    });
    expect(refusal(stream(254, 254))).toMatchObject({ kind: 'malformed', position: 18 });
    expect(refusal(stream(13, -1))).toMatchObject({
      kind: 'unsupported',
      reason: 'long vectors are not supported',
    });
    expect(refusal(stream(0x1ff))).toMatchObject({ kind: 'malformed', reason: 'there is no reference 1' });
  });

  test('rejects every truncation of a value', () => {
    const bytes = writeRData(rList([rString(['a', 'é']), rList([])], ['x', 'y']));
    for (let length = 0; length < bytes.length; length++) refusal(bytes.subarray(0, length));
  });

  test.each([13, 14, 15, 16, 19, 20, 24])('allocates nothing for a false length of type %i', (type) => {
    const before = process.memoryUsage();
    expect(refusal(stream(type, 2 ** 31 - 1))).toMatchObject({ kind: 'truncated' });
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(
      10_000_000,
    );
  });

  test.each([
    ['lists', [19, 1]],
    ['calls', [6]],
    ['closures', [0x403]],
    ['promises', [0x405]],
    ['environments', [4, 0]],
    ['short forms', [238]],
    ['attributes', [0x20d, 0]],
    ['compiled code', [21, 0, 254, 1, 6, 254, 254]],
  ])('rejects deep nesting of %s before the stack overflows', (_name, unit) => {
    const bytes = Buffer.concat([
      stream(),
      ...Array.from({ length: 100_000 }, () => stream(...unit).subarray(14)),
    ]);
    expect(['limit', 'malformed', 'truncated']).toContain(refusal(bytes).kind);
    refusal(bytes, { maxDepth: 500 });
  });

  test('expands short forms only up to a limit', () => {
    const numbers = Buffer.alloc(24);
    [2 ** 31 - 1, 1, 1].forEach((x, i) => {
      numbers.writeDoubleLE(x, 8 * i);
    });
    const name = Buffer.from('compact_intseq');
    const sequence = Buffer.concat([
      stream(238, 2, 1, 0x40009, name.length),
      name,
      stream(254).subarray(14),
      stream(14, 3).subarray(14),
      numbers,
      stream(254).subarray(14),
    ]);
    expect(refusal(sequence)).toMatchObject({ kind: 'limit' });
    numbers.writeDoubleLE(3, 0);
    const short = Buffer.concat([sequence.subarray(0, -28), numbers, sequence.subarray(-4)]);
    expect(readRData(short)).toMatchObject({ type: 'integer', values: Int32Array.of(1, 2, 3) });
  });

  test('rejects objects that exist only in the process that wrote them', () => {
    expect(refusal(stream(247))).toMatchObject({ kind: 'unsupported' });
  });
});
