import { expect, test } from 'vitest';
import { type JsonPrintOptions, printJsonWith, printOptions, printParts } from '../../src/json/index.js';
import {
  type RValue,
  rDouble,
  rInteger,
  rLogical,
  rString,
  setAttribute,
  slicer,
  withClass,
} from '../../src/rdata/index.js';

const sizes = [1, 3, 1, 2];

function factor(): RValue {
  const value = rInteger([1, 2, null, 1, 2, 2, 1]);
  setAttribute(value, 'levels', rString(['a "quoted" level', 'é']));
  return withClass(value, 'factor');
}

function named(value: RValue): RValue {
  return setAttribute(value, 'names', rString(['a', 'b', 'c', 'd', 'e', 'f', 'g']));
}

const vectors: Record<string, () => RValue> = {
  doubles: () => rDouble([1, Math.PI, null, Infinity, -1.23456789e-7, 1e15, 0]),
  integers: () => rInteger([1, -2, null, 4, 5, 6, 7]),
  logicals: () => rLogical([true, null, false, true, true, false, true]),
  strings: () => rString(['a', 'b"', null, '</d>', '', 'ü', 'g']),
  factors: factor,
  dates: () => withClass(rDouble([0, 1.5, null, 20000, 1, 2, 3]), 'Date'),
  'named vectors': () => named(rDouble([1, 2, 3, 4, 5, 6, 7])),
  'vectors of class AsIs': () => withClass(rInteger([1, 2, 3, 4, 5, 6, 7]), 'AsIs'),
};

const settings: Partial<JsonPrintOptions>[] = [
  {},
  { autoUnbox: true },
  { na: 'null', digits: null },
  { na: 'string', factor: 'integer', Date: 'epoch' },
];

test.each(Object.entries(vectors))('prints parts of %s like separate values', (_, make) => {
  for (const setting of settings) {
    const value = make();
    const options = printOptions(setting);
    const slice = slicer(value, 7)!;
    const alone: string[] = [];
    let from = 0;
    for (const size of sizes) {
      alone.push(String(printJsonWith(slice(from, from + size), options)));
      from += size;
    }
    expect(printParts(value, sizes, options)?.map(String)).toEqual(alone);
  }
});

test('does not split values that are not printed element by element', () => {
  const time = setAttribute(withClass(rDouble([0, 1]), 'POSIXct', 'POSIXt'), 'tzone', rString('UTC'));
  expect(printParts(time, [1, 1], printOptions({}))).toBeUndefined();
  const matrix = setAttribute(rDouble([1, 2]), 'dim', rInteger([2, 1]));
  expect(printParts(matrix, [1, 1], printOptions({}))).toBeUndefined();
  expect(
    printParts(named(rInteger([1, 2, 3, 4, 5, 6, 7])), [7], printOptions({ keepVecNames: true })),
  ).toBeUndefined();
});
