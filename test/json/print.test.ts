import { describe, expect, test } from 'vitest';
import { type JsonPrintOptions, NotCovered, printJson } from '../../src/json/index.js';
import {
  type RValue,
  rDataFrame,
  rDouble,
  rInteger,
  rList,
  rLogical,
  rNativeString,
  rNull,
  rRaw,
  rString,
  setAttribute,
  withClass,
} from '../../src/rdata/index.js';
import { sized } from '../support/sized.js';
import { comparePrint } from './compare-print.js';

const SEED = 20240203;
const COUNT = sized(3000, 20_000);

function json(value: RValue, options?: Partial<JsonPrintOptions>): string {
  const printed = printJson(value, options);
  return printed instanceof NotCovered ? `not covered: ${printed.reason}` : printed.toString();
}

describe('printing JSON', () => {
  test(`prints ${COUNT} values generated in R byte for byte as jsonlite does (seed ${SEED})`, async () => {
    const { same, notCovered, differences } = await comparePrint(SEED, COUNT);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(same).toBeGreaterThanOrEqual(COUNT);
    // Only a few values are left to R.
    expect([...notCovered.values()].reduce((sum, n) => sum + n, 0)).toBeLessThan(0.03 * COUNT);
  }, 300_000);

  test('boxes scalars unless told to unbox', () => {
    expect(json(rInteger(1))).toBe('[1]');
    expect(json(rInteger(1), { autoUnbox: true })).toBe('1');
    expect(json(withClass(rInteger(1), 'AsIs'), { autoUnbox: true })).toBe('[1]');
    expect(json(withClass(rDouble(1), 'scalar', 'numeric'))).toBe('1');
  });

  test('rounds to four decimals, and to significant digits where numbers are large or small', () => {
    expect(json(rDouble([Math.PI, 1.234e-5, 1.23456789e-7, 1e15, 2 ** 53]))).toBe(
      '[3.1416,0,1.2346e-07,1e+15,9.00719925474099e+15]',
    );
    expect(json(rDouble(2 ** 53), { maxDigits: 17 })).toBe('[9007199254740992]');
  });

  test('writes missing values by type', () => {
    expect(json(rLogical([true, null]))).toBe('[true,null]');
    expect(json(rString(['a', null]))).toBe('["a",null]');
    expect(json(rInteger([1, null]))).toBe('[1,"NA"]');
    expect(json(rDouble([null, Number.NaN, Number.POSITIVE_INFINITY]))).toBe('["NA","NaN","Inf"]');
    expect(json(rDouble([null, 1]), { na: 'null' })).toBe('[null,1]');
  });

  test('distinguishes NULL, empty lists and empty named lists', () => {
    expect([rNull, rList([]), rList([], []), rList([rNull])].map((x) => json(x))).toEqual([
      '{}',
      '[]',
      '{}',
      '[{}]',
    ]);
    expect(json(rNull, { null: 'null' })).toBe('null');
  });

  test('makes names unique and fills in missing ones', () => {
    expect(json(rList([rInteger(1), rInteger(2), rInteger(3)], ['a', 'a', '']))).toBe(
      '{"a":[1],"a.1":[2],"3":[3]}',
    );
  });

  test('leaves missing fields out of the rows of a data frame', () => {
    const frame = rDataFrame([rInteger([1, null]), rString(['x', null])], ['a', 'b'], 2);
    expect(json(frame)).toBe('[{"a":1,"b":"x"},{}]');
    expect(json(frame, { na: 'null' })).toBe('[{"a":1,"b":"x"},{"a":null,"b":null}]');
    expect(json(frame, { dataframe: 'columns' })).toBe('{"a":[1,"NA"],"b":["x",null]}');
  });

  test('adds row names that are strings', () => {
    const frame = setAttribute(rDataFrame([rInteger(1)], ['a'], 1), 'row.names', rString('r'));
    expect(json(frame)).toBe('[{"a":1,"_row":"r"}]');
    const sameNames = setAttribute(
      rDataFrame([rInteger(1), rInteger(2)], ['', ''], 1),
      'row.names',
      rString('r'),
    );
    expect(json(sameNames)).toBe('[{"1":1,".1":2,"_row":"r"}]');
  });

  test('nests arrays with the first index outermost', () => {
    const matrix = setAttribute(rInteger([1, 2, 3, 4, 5, 6]), 'dim', rInteger([2, 3]));
    expect(json(matrix)).toBe('[[1,3,5],[2,4,6]]');
    expect(json(matrix, { matrix: 'columnmajor' })).toBe('[[1,2],[3,4],[5,6]]');
  });

  test('escapes like jsonlite, including </', () => {
    expect(json(rString('</a> "\\\n\u0001 é \u2028'), { autoUnbox: true })).toBe(
      '"<\\/a> \\"\\\\\\n\\u0001 é \u2028"',
    );
  });

  test('writes dates and times in UTC, and leaves other zones to R', () => {
    expect(json(withClass(rDouble(19756), 'Date'))).toBe('["2024-02-03"]');
    const time = () => withClass(rDouble(1706933106.7), 'POSIXct', 'POSIXt');
    expect(json(setAttribute(time(), 'tzone', rString('UTC')))).toBe('["2024-02-03 04:05:06"]');
    expect(json(setAttribute(time(), 'tzone', rString('Europe/Vienna')))).toMatch(/^not covered/);
    expect(json(time())).toMatch(/^not covered/);
    const almost1970 = withClass(rDouble(-1e-320), 'POSIXct', 'POSIXt');
    expect(json(setAttribute(almost1970, 'tzone', rString('UTC')))).toMatch(/^not covered/);
    expect(json(time(), { timezone: 'Etc/UTC' })).toBe('["2024-02-03 04:05:06"]');
  });

  test('writes raw vectors in base64', () => {
    expect(json(rRaw(Uint8Array.of(1, 2, 255)))).toBe('["AQL/"]');
    expect(json(rRaw(new Uint8Array(53)))).toBe(`["${'A'.repeat(71)}="]`);
  });

  test('breaks long raw vectors into lines, as jsonlite does', () => {
    expect(json(rRaw(new Uint8Array(54)))).toBe(`["${'A'.repeat(72)}\\n"]`);
    expect(json(rRaw(new Uint8Array(55)))).toBe(`["${'A'.repeat(72)}\\nAA=="]`);
    expect(json(rRaw(new Uint8Array(55)), { raw: 'mongo' })).toMatch(/A\\nAA==/);
  });

  test('leaves unknown classes, functions and complex numbers to R', () => {
    expect(json(withClass(rList([]), 'mine'))).toMatch(/^not covered: class mine/);
    expect(json({ type: 'builtin', name: 'sum' })).toMatch(/^not covered/);
    expect(json({ type: 'complex', values: Float64Array.of(1, 2), attributes: undefined })).toMatch(
      /^not covered/,
    );
  });

  test('leaves strings that are not valid UTF-8 to R, as values and as names', () => {
    const broken = rNativeString(Uint8Array.of(97, 255));
    expect(json(broken)).toBe('not covered: strings that are not UTF-8');
    expect(json(setAttribute(rList([rNull]), 'names', broken))).toBe(
      'not covered: strings that are not UTF-8',
    );
    const native = rNativeString('é');
    expect(json(native)).toBe('["é"]');
    expect(json(native, { nativeUtf8: false })).toMatch(/^not covered/);
  });

  test('stops at deep nesting before the stack overflows', () => {
    let value: RValue = rNull;
    for (let i = 0; i < 10_000; i++) value = rList([value]);
    expect(json(value)).toBe('not covered: deep nesting');
  });

  test('prints other values after one that is not covered', () => {
    expect(json(rList([rString('x'.repeat(100_000)), { type: 'builtin', name: 'sum' }]))).toMatch(
      /^not covered/,
    );
    expect(json(rString('y'.repeat(100_000)), { autoUnbox: true })).toHaveLength(100_002);
    expect(json(rInteger(1))).toBe('[1]');
  });
});
