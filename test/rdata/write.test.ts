import { describe, expect, test } from 'vitest';
import {
  isNaReal,
  type RCharacter,
  RDataError,
  type RDouble,
  type RValue,
  rDouble,
  readRData,
  rList,
  rNativeString,
  rNull,
  rRaw,
  rString,
  writeRData,
} from '../../src/rdata/index.js';

describe('writing R data', () => {
  test('copies a large raw vector once, into a buffer of its size', () => {
    const body = Buffer.alloc(8 * 1024 * 1024, 7);
    const bytes = writeRData(rList([rRaw(body)], ['body']));
    expect(bytes.length).toBeLessThan(body.length + 200);
    expect(bytes.buffer.byteLength).toBeLessThan(body.length + 4096);
    expect(readRData(bytes)).toMatchObject({ values: [{ type: 'raw' }] });
  });

  test('does not change earlier results', () => {
    const first = writeRData(rString('first'));
    const copy = Buffer.from(first);
    for (let i = 0; i < 10; i++) writeRData(rString('x'.repeat(100_000)));
    expect(first.equals(copy)).toBe(true);
  });

  test('distinguishes NA and NaN', () => {
    const { values } = readRData(writeRData(rDouble([null, Number.NaN, 1]))) as RDouble;
    expect([0, 1, 2].map((i) => isNaReal(values, i))).toEqual([true, false, false]);
  });

  test('keeps bytes that are not UTF-8, and native strings', () => {
    const bytes = Buffer.from([0x66, 0xff, 0x6f]);
    const { values, marks } = readRData(writeRData(rNativeString([bytes, 'é', 'ascii', null]))) as RCharacter;
    expect(values).toEqual(['f\ufffdo', 'é', 'ascii', null]);
    expect(marks?.get(0)).toEqual({ encoding: 'native', bytes });
    expect(marks?.get(1)?.encoding).toBe('native');
    expect([...(marks?.keys() ?? [])]).toEqual([0, 1]);
  });

  test('rejects deep nesting, and works afterwards', () => {
    let value: RValue = rNull;
    for (let i = 0; i < 100_000; i++) value = rList([value]);
    expect(() => writeRData(value)).toThrow(RDataError);
    expect(readRData(writeRData(rString('fine')))).toEqual(readRData(writeRData(rString('fine'))));
  });
});
