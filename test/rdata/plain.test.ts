import { describe, expect, test } from 'vitest';
import {
  RDataError,
  rDouble,
  rInteger,
  rList,
  rLogical,
  rNull,
  rRaw,
  rString,
  setAttribute,
  toPlain,
} from '../../src/rdata/index.js';

describe('R values as plain JavaScript', () => {
  test('are scalars for vectors of length one, arrays otherwise', () => {
    expect([rString('a'), rInteger([1, 2]), rLogical([]), rDouble(1.5)].map(toPlain)).toEqual([
      'a',
      [1, 2],
      [],
      1.5,
    ]);
  });

  test('are null for NULL and missing values', () => {
    expect([rNull, rLogical(null), rInteger(null), rDouble(null), rString(null)].map(toPlain)).toEqual(
      Array.from({ length: 5 }, () => null),
    );
    expect(toPlain(rDouble(Number.NaN))).toBeNaN();
  });

  test('are objects for named lists with any names', () => {
    const plain = toPlain(rList([rInteger(1), rInteger(2), rInteger(3)], ['a', '', '__proto__'])) as object;
    expect(Object.entries(plain)).toEqual([
      ['2', 2],
      ['a', 1],
      ['__proto__', 3],
    ]);
  });

  test('are buffers for raw vectors and labels for factors', () => {
    expect(toPlain(rRaw(Uint8Array.of(1, 2)))).toEqual(Buffer.from([1, 2]));
    expect(toPlain(setAttribute(rInteger([2, null, 1]), 'levels', rString(['x', 'y'])))).toEqual([
      'y',
      null,
      'x',
    ]);
  });

  test('fail for functions', () => {
    expect(() => toPlain({ type: 'builtin', name: 'sum' })).toThrow(RDataError);
  });
});
