import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  NotCovered,
  parseJson,
  parseLargeJson,
  printJson,
  printLargeJson,
  printOptions,
  TextTooLong,
} from '../../src/json/index.js';
import { type RValue, readRData, rInteger, writeRData, writeRDataPieces } from '../../src/rdata/index.js';
import { randomValue } from '../rdata/random-value.js';
import { sized } from '../support/sized.js';
import { jsonText } from './random-json.js';

const SEED = 20240203;
const COUNT = sized(4000, 20_000);

const written = (value: RValue): string => Buffer.concat(writeRDataPieces(value)).toString('latin1');

/** The results of both parsers: the bytes for R, or `not covered`. */
function parseBoth(text: string): [string, string] {
  const results = [parseJson(Buffer.from(text)), parseLargeJson(Buffer.from(text), {})];
  return results.map((value) => (value instanceof NotCovered ? 'not covered' : written(value))) as [
    string,
    string,
  ];
}

test.each(['"x', '["x\\', '[[1,2],[3,"4]]', '{"a":[1,{"b":"x'])(
  'a text that ends within a string is left to R: %s',
  (text) => {
    expect(parseBoth(text)).toEqual(['not covered', 'not covered']);
  },
);

test(`both parsers return equal values for ${COUNT} generated texts (seed ${SEED})`, () => {
  let covered = 0;
  for (const text of fc.sample(jsonText, { seed: SEED, numRuns: COUNT })) {
    if (text.includes('$date')) continue;
    const [general, compact] = parseBoth(text);
    if (compact !== 'not covered') covered++;
    expect(compact, text).toBe(general);
  }
  expect(covered).toBeGreaterThan(0.7 * COUNT);
});

test('both parsers return equal long columns of every type, with missing values and changes of type', () => {
  const cells = [
    () => String(1),
    (i: number) => String(i / 8),
    (i: number) => `${i}.${'123456789012345'.slice(0, i % 16)}5`,
    (i: number) => String(i % 3 === 0),
    (i: number) => `"text ${i} ${'é'.repeat(i % 5)}${i % 7 === 0 ? '\\n' : ''}"`,
    (i: number) => `{"x":${i},"y":[${i}]}`,
    (i: number) => `[${i},"a"]`,
    (i: number) => (i < 900 ? String(i) : '1.5'),
    (i: number) => (i < 900 ? 'true' : '7'),
    (i: number) => (i < 900 ? '"NA"' : '7'),
    (i: number) => (i < 900 ? '3' : '"seven"'),
    (i: number) => (i < 900 ? 'null' : '"seven"'),
    (i: number) => (i < 900 ? 'null' : '{"x":1}'),
    (i: number) => (i < 900 ? '1' : '{"x":1}'),
  ];
  for (const cell of cells) {
    const values = Array.from({ length: 1000 }, (_, i) => (i % 11 === 5 ? 'null' : cell(i)));
    const records = values.map((value, i) => (i % 13 === 5 ? '{"id":1}' : `{"id":${i},"cell":${value}}`));
    for (const text of [`[${values}]`, `{"data":[${records}]}`, `[${values.map((x) => `[${x},${x}]`)}]`]) {
      const [general, compact] = parseBoth(text);
      expect(compact === general, text.slice(0, 300)).toBe(true);
    }
  }
});

test('both parsers leave a text that would become a huge sparse table to R', () => {
  const records = Array.from({ length: 20_000 }, (_, i) => `{"k${i}":1}`);
  expect(parseBoth(`[${records}]`)).toEqual(['not covered', 'not covered']);
});

test('prints packed strings in pieces exactly as ordinary strings at once', () => {
  for (const value of fc.sample(randomValue, { seed: SEED, numRuns: 3000 })) {
    const bytes = writeRData(value);
    const packed = readRData(bytes, { packFrom: 0 });
    expect(Buffer.concat(writeRDataPieces(packed)).equals(bytes)).toBe(true);
    const texts = [printJson(readRData(bytes)), printLargeJson(packed, printOptions(), Infinity)].map(
      (text) => (text instanceof NotCovered ? text.reason : Buffer.concat([text].flat()).toString()),
    );
    expect(texts[1]).toBe(texts[0]);
  }
});

test('stops printing when the text gets too long', () => {
  const numbers = rInteger(new Int32Array(2 ** 20).fill(12345));
  expect(() => printLargeJson(numbers, printOptions(), 2 ** 20)).toThrow(TextTooLong);
});
