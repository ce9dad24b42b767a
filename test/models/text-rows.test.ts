import { expect, test } from 'vitest';
import type { Field } from '../../src/app/model-schema.js';
import { csvRows, formRows } from '../../src/models/text-rows.js';

const field = (name: string, type: Field['type'], levels?: string[]): Field => ({
  name,
  type,
  nulls: true,
  required: true,
  example: 1,
  ...(levels !== undefined && { levels }),
});
const fields = [
  field('wt', 'number'),
  field('cyl', 'factor', ['4', '6']),
  field('on', 'boolean'),
  field('name', 'string'),
  field('since', 'date'),
];

test('reads what write.csv() writes as read.csv() does', () => {
  const text = [
    '"","wt","cyl","on","name","since"',
    '"Mazda ""4""",2.62,"6",TRUE,"NA",2026-01-31',
    '"2",NA,NA,NA,NA,NA',
    '"3",1e-3,"4",FALSE,"a, b",',
  ].join('\r\n');
  expect(csvRows(`\uFEFF${text}\r\n`, fields)).toEqual([
    { '': 'Mazda "4"', wt: 2.62, cyl: '6', on: true, name: null, since: '2026-01-31' },
    { '': '2', wt: null, cyl: null, on: null, name: null, since: null },
    { '': '3', wt: 0.001, cyl: '4', on: false, name: 'a, b', since: null },
  ]);
});

test('leaves what does not fit the type of its field as text, which is rejected with its position', () => {
  expect(csvRows('wt,on\nold,maybe\n0x10,TRUE\n', fields)).toEqual([
    { wt: 'old', on: 'maybe' },
    { wt: '0x10', on: true },
  ]);
});

test('rejects text that would take long to read', () => {
  expect(() => csvRows(`wt\n${'1\n'.repeat(2 ** 20)}`, fields)).toThrow('Send larger tables as JSON');
  expect(() => formRows(`wt=${'1'.repeat(2 ** 21)}`, fields)).toThrow('Send larger tables as JSON');
});

test('reports CSV that is not a table', () => {
  expect(() => csvRows('wt,on\n1\n', fields)).toThrow(/not valid CSV.*line 2/s);
  expect(() => csvRows('wt\n"1\n', fields)).toThrow(/not valid CSV/);
});

test('reads a form as one row, or as several if names occur several times', () => {
  expect(formRows('wt=2.6&cyl=6&on=true&name=a+b&since=', fields)).toEqual({
    wt: 2.6,
    cyl: '6',
    on: true,
    name: 'a b',
    since: null,
  });
  expect(formRows('wt=2.6&cyl=6&wt=NA&cyl=4', fields)).toEqual({ wt: [2.6, null], cyl: ['6', '4'] });
  expect(() => formRows('wt,cyl\n2,4', fields)).toThrow('send `Content-Type: text/csv`');
});
