import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NotCovered, parseJson } from '../../../src/json/index.js';
import { readRow } from '../../../src/lanes/direct/batch-row.js';
import { members, type Table, table } from '../../../src/lanes/direct/batch-shape.js';
import type { RValue } from '../../../src/rdata/index.js';

const row = (text: string, argument?: string): Table | undefined => readRow(Buffer.from(text), argument);

/** The row as the full parser reads it, which is how jsonlite does. */
function readByFullParser(text: string, argument?: string): Table | undefined {
  const value = parseJson(Buffer.from(text), { rVersion: [4, 2], scipen: 0 });
  if (value instanceof NotCovered) return undefined;
  const outer = members(value);
  const inner: RValue | undefined = argument === undefined ? undefined : outer?.get(argument);
  const all = inner === undefined ? outer : members(inner);
  return all === undefined ? undefined : table(all);
}

const name = fc.string({ minLength: 1, maxLength: 6 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    '1.0',
    '-0',
    '0',
    '1e3',
    '2147483647',
    '2147483648',
    '-2147483648',
    '0.10',
    '100.250',
    '5E-1',
  ),
);
const scalar = fc.oneof(
  number,
  fc.boolean(),
  fc.string().map((text) => JSON.stringify(text)),
  fc.constant(null),
);
const object = fc
  .array(fc.tuple(name, scalar), { maxLength: 6 })
  .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(', ')}}`);

test('reads rows exactly as jsonlite does', () => {
  let read = 0;
  fc.assert(
    fc.property(object, fc.boolean(), (text, wrapped) => {
      const body = wrapped ? `{"rows":${text}}` : text;
      const found = row(body, 'rows');
      if (found === undefined) return;
      read += 1;
      const expected = readByFullParser(body, 'rows');
      expect(expected).toBeDefined();
      expect([found.names, found.types, found.items]).toEqual([expected!.names, expected!.types, 1]);
      const values = expected!.columns!.map(({ type, values: [value] }) =>
        type === 'logical' ? value === 1 : value,
      );
      expect(found.row).toEqual(values);
    }),
    { numRuns: 20_000, seed: 5 },
  );
  expect(read).toBeGreaterThan(2000);
});

test('gives values the type that they are written with, and leaves unclear numbers to the full parser', () => {
  expect(row('{"a":1,"b":1.5,"c":true,"d":"x"}')).toEqual({
    names: ['a', 'b', 'c', 'd'],
    types: ['integer', 'double', 'logical', 'character'],
    row: [1, 1.5, true, 'x'],
    items: 1,
  });
  expect(row('{"a":1.0}')).toBeUndefined();
  expect(row('{"a":1e3}')).toBeUndefined();
  expect(row('{"a":3000000000}')).toBeUndefined();
});

test.each([
  ['duplicate names', '{"a":1,"a":2}'],
  ['null values', '{"a":null}'],
  ['vectors', '{"a":[1,2]}'],
  ['nested objects', '{"a":{"b":1}}'],
  ['arrays', '[{"a":1}]'],
  ['texts that are not JSON', '{"a":1'],
  ['escapes', '{"a":"\\u0041"}'],
  ['names that are numbers', '{"b":1,"1":2}'],
])('leaves %s to the full parser', (_, text) => {
  expect(row(text)).toBeUndefined();
});

test('leaves a body that is not UTF-8 to R', () => {
  expect(readRow(Buffer.from('{"city":"Z\xfcrich"}', 'latin1'), undefined)).toBeUndefined();
  expect(readRow(Buffer.from('{"city":"Zürich"}'), undefined)).toMatchObject({ row: ['Zürich'] });
});
