import { describe, expect, test } from 'vitest';
import { NotCovered, parseJson } from '../../src/json/index.js';
import { getAttribute, rDouble, rInteger, rList, rLogical, rNull, rString } from '../../src/rdata/index.js';
import { sized } from '../support/sized.js';
import { compareParse, compareTexts } from './compare-parse.js';

const SEED = 20240203;
const COUNT = sized(4000, 20_000);

const reason = (text: string | Uint8Array): string => {
  const value = parseJson(text);
  return value instanceof NotCovered ? value.reason : 'covered';
};

describe('reading JSON', () => {
  test(`parses ${COUNT} generated texts to values identical() to those of jsonlite (seed ${SEED})`, async () => {
    const { same, notCovered, differences } = await compareParse(SEED, COUNT);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(same).toBeGreaterThan(0.9 * COUNT);
    expect(notCovered).toBeLessThan(0.06 * COUNT);
  }, 300_000);

  test('parses typical texts as jsonlite does', async () => {
    const { same, differences } = await compareTexts([
      '{"Sepal.Length":5.1,"Sepal.Width":3.5,"Petal.Length":1.4,"Petal.Width":0.2}',
      '[{"x":1,"y":"a"},{"x":2.5},{"y":null,"z":[1,2]}]',
      '{"data":[[1,2],[3,4]],"ids":[12345678901234567890,1],"ok":true,"none":null}',
      '{"a":{"b":{"c":[{"d":1},{"d":"x"}]}}}',
      ' [1, 2.5, "three", null, true] ',
      '{"instances":[{"x":[1,2,3]},{"x":[4,5,6]}],"parameters":{}}',
      '[{"a":{"b":1,"c":"x"}},{"a":{"b":2}}]',
      '[[{"a":1}],[]]',
      '[[1,2],[]]',
      '[{"_row":"r1","x":1},{"_row":"r2","x":2}]',
      '{"when":{"$date":1700000000000}}',
      '"just text"',
      '12',
      'null',
      '[]',
      '{}',
      '[{},{}]',
      '[[[1,2],[3,4]],[[5,6],[7,8]]]',
      `[${Array.from({ length: 500 }, (_, i) => `{"id":${i},"value":${i / 7},"name":"n${i % 10}"}`).join(',')}]`,
      '{"emoji":"\\ud83d\\ude00","e":"é","esc":"\\u00e9\\n"}',
    ]);
    expect(differences).toEqual([]);
    expect(same).toBe(20);
  });

  test('distinguishes integers, doubles and numbers too large for an integer', () => {
    expect(parseJson('[1,2]')).toEqual(rInteger([1, 2]));
    expect(parseJson('[1,2.0]')).toEqual(rDouble([1, 2]));
    expect(parseJson('2147483648')).toEqual(rDouble(2147483648));
    expect(parseJson('-0')).toEqual(rInteger(0));
  });

  test('reads null as missing, and "NA" too unless the values are strings', () => {
    expect(parseJson('[1,null]')).toEqual(rInteger([1, null]));
    expect(parseJson('[true,"NA"]')).toEqual(rLogical([true, null]));
    expect(parseJson('["a","NA"]')).toEqual(rString(['a', 'NA']));
    expect(parseJson('null')).toEqual(rNull);
  });

  test('keeps duplicate keys and empty objects', () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual(rList([rInteger(1), rInteger(2)], ['a', 'a']));
    expect(parseJson('{}')).toEqual(rList([], []));
    expect(parseJson('[]')).toEqual(rList([]));
  });

  test('turns an array of rows into a matrix and an array of objects into a data frame', () => {
    const matrix = parseJson('[[1,2],[3,4]]');
    expect(matrix).toMatchObject({ type: 'integer', values: Int32Array.of(1, 3, 2, 4) });
    const frame = parseJson('[{"a":1},{"b":"x"}]');
    if (frame instanceof NotCovered) throw new Error(frame.reason);
    expect(getAttribute(frame, 'class')).toEqual(rString('data.frame'));
    expect(frame).toMatchObject({ values: [rInteger([1, null]), rString([null, 'x'])] });
  });

  test('returns nested lists without simplification', () => {
    expect(parseJson('[1,[2]]', { simplifyVector: false })).toEqual(
      rList([rInteger(1), rList([rInteger(2)])]),
    );
  });

  test.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '[1] 2',
    "{'a':1}",
    '01',
    '1.',
    '+1',
    'NaN',
    '"\u0001"',
    '"\\x"',
    'tru',
    '[1 2]',
  ])('leaves the error about %j to R', (text) => {
    expect(reason(text)).not.toBe('covered');
  });

  test('leaves uncertain cases to R', () => {
    expect(reason('"\\u0000"')).toBe('the character \\u0000');
    expect(reason('"\\ud800"')).toBe('a lone surrogate');
    expect(reason('/* c */ 1')).toBe('not valid JSON');
    expect(reason(Uint8Array.of(34, 255, 34))).toBe('not UTF-8');
    expect(reason('9223372036854775808')).toBe('an integer around 2^63');
    expect(reason('{"$date":"2024-01-01T00:00:00Z"}')).toBe('a $date as text');
  });

  test('stops at deep nesting before the stack overflows', () => {
    expect(reason('['.repeat(1_000_000))).toBe('deep nesting');
    expect(reason('{"a":'.repeat(100_000))).toBe('deep nesting');
  });
});
