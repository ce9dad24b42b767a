import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/app/model-schema.js';
import { ColumnReader, type ColumnSet } from '../../src/models/columns.js';
import { Faults } from '../../src/models/fault.js';

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  name,
  type,
  nulls: true,
  required: true,
  example: 1,
  ...more,
});

const fields: Field[] = [
  field('age', 'number', { min: 0, max: 120 }),
  field('rooms', 'integer', { nulls: false }),
  field('city', 'factor', { levels: ['Bern', 'Köln'] }),
  field('first name', 'string'),
  field('member', 'boolean'),
  field('since', 'date', { required: false }),
  field('seen', 'datetime', { required: false }),
  field('cyl', 'number', { values: [4, 6, 8], required: false }),
];
const good = { age: 30.5, rooms: 3, city: 'Bern', 'first name': 'Ada', member: true };

function read(
  body: unknown,
  extraFields: 'refuse' | 'ignore' = 'refuse',
): { set: ColumnSet; faults: string[] } {
  const faults = new Faults();
  const set = new ColumnReader({ fields, extraFields }).read(body, faults);
  return { set, faults: faults.listed.map(({ code, message, path }) => `${path}|${code}|${message}`) };
}

describe('Shapes of input', () => {
  const columns = [[30.5], [3], [1], ['Ada'], [true], [null], [null], [null]];

  test('one row, an array of rows, and columns give the same result', () => {
    const byColumn = Object.fromEntries(Object.entries(good).map(([name, value]) => [name, [value]]));
    for (const body of [good, [good], byColumn]) {
      expect(read(body)).toEqual({ set: { rows: 1, columns, ignored: [] }, faults: [] });
    }
  });

  test.each([['data'], ['instances']])('accepts rows and columns in `%s`', (wrapper) => {
    const byColumn = Object.fromEntries(Object.entries(good).map(([name, value]) => [name, [value]]));
    for (const body of [[good], good, byColumn]) {
      const expected = { set: { rows: 1, columns, ignored: [] }, faults: [] };
      expect(read({ [wrapper]: body })).toEqual(expected);
    }
    const { city, ...incomplete } = good;
    expect(read({ [wrapper]: [incomplete], id: 3 }).faults).toEqual([
      'id|extra|is not a field of the model',
      `${wrapper}[0].city|missing|is missing`,
    ]);
  });

  test('takes `data` for a field if the model has one', () => {
    const reader = new ColumnReader({ fields: [field('data', 'number')], extraFields: 'refuse' });
    expect(reader.read({ data: [1, 2] }, new Faults()).columns).toEqual([[1, 2]]);
  });

  test('accepts the row names of jsonlite', () => {
    expect(read([{ ...good, _row: 'Mazda RX4' }])).toEqual({
      set: { rows: 1, columns, ignored: [] },
      faults: [],
    });
  });

  test('takes a field that some rows lack for a missing value there, as R clients send it', () => {
    const { age: _, ...incomplete } = good;
    const { faults, set } = read([good, incomplete, good]);
    expect([faults, set.columns[0]]).toEqual([[], [30.5, null, 30.5]]);
    expect(read([incomplete, incomplete]).faults).toEqual([
      '[0].age|missing|is missing',
      '[1].age|missing|is missing',
    ]);
  });

  test('reads matrix fields, whose rows are arrays', () => {
    const reader = new ColumnReader({
      fields: [field('m', 'number', { columns: 2 }), field('z', 'number', { columns: 1 })],
      extraFields: 'refuse',
    });
    const columns = [
      [
        [1, 2],
        [3, null],
      ],
      [[5], [6]],
    ];
    const rows = [
      { m: [1, 2], z: 5 },
      { m: [3, null], z: [6] },
    ];
    for (const body of [rows, { m: rows.map(({ m }) => m), z: [5, [6]] }]) {
      expect(reader.read(body, new Faults()).columns).toEqual(columns);
    }
    expect(reader.read(rows[0], new Faults()).columns).toEqual([[[1, 2]], [[5]]]);
    const faults = new Faults();
    reader.read({ m: [1, 2, 3], z: 1 }, faults);
    reader.read([{ m: [1], z: 'a' }], faults);
    expect(faults.listed.map(({ message, path }) => `${path} ${message}`)).toContain(
      '[0].m must be an array of 2 numbers, a row of the matrix, not an array of 1 values',
    );
  });

  test('accepts an empty array', () => {
    expect(read([])).toMatchObject({ set: { rows: 0 }, faults: [] });
  });

  test.each([[null], [3], ['text'], [true]])('rejects %j', (body) => {
    expect(read(body).faults).toEqual([
      '|shape|must be an object (one row), an array of objects (rows) or an object of arrays (columns)',
    ]);
  });

  test('reports the position of elements that are not rows', () => {
    expect(read([good, 3, [1], null]).faults).toEqual([
      '[1]|shape|must be an object, one row',
      '[2]|shape|must be an object, one row',
      '[3]|shape|must be an object, one row',
    ]);
  });
});

describe('Values', () => {
  test.each([
    ['age', null, null],
    ['age', 'NA', null],
    ['age', 0, 0],
    ['age', 120, 120],
    ['city', 'Köln', 2],
    ['city', 'NA', null],
    ['first name', 'NA', 'NA'],
    ['first name', '', ''],
    ['member', false, false],
    ['since', '1970-01-11', 10],
    ['since', '1969-12-31', -1],
    ['seen', '1970-01-01T00:01:00Z', 60],
    ['seen', '1970-01-01 01:00:00+01:00', 0],
    ['seen', '1970-01-01T00:00:00.25', 0.25],
    ['cyl', 6, 6],
  ] as const)('%s accepts %j', (name, value, cell) => {
    const { set, faults } = read({ ...good, [name]: value });
    expect(faults).toEqual([]);
    expect(set.columns[fields.findIndex((one) => one.name === name)]).toEqual([cell]);
  });

  test('reads numbers that JSON does not have as jsonlite writes them', () => {
    const free = new ColumnReader({ fields: [field('x', 'number')], extraFields: 'refuse' });
    const set = free.read({ x: ['Inf', '-Inf', 'NaN', 'NA', null, 1e300] }, new Faults());
    expect(set.columns[0]).toEqual([Infinity, -Infinity, Number.NaN, null, null, 1e300]);
  });

  test('accepts numbers for levels that look like numbers', () => {
    const gears = new ColumnReader({
      fields: [field('gear', 'factor', { levels: ['3', '4'] })],
      extraFields: 'refuse',
    });
    expect(gears.read({ gear: [4, '3'] }, new Faults()).columns[0]).toEqual([2, 1]);
  });

  test('takes a number and its text, a logical and its text for the same where R does', () => {
    const reader = new ColumnReader({
      fields: [
        field('cyl', 'number', { values: [4, 6] }),
        field('big', 'integer', { values: [100000] }),
        field('on', 'string', { levels: ['FALSE', 'TRUE'] }),
        field('off', 'factor', { levels: ['FALSE', 'TRUE'] }),
        field('member', 'number', { logical: true }),
      ],
      extraFields: 'refuse',
    });
    const faults = new Faults();
    const { columns } = reader.read(
      [{ cyl: '6', big: '100000', on: true, off: false, member: true }],
      faults,
    );
    expect([faults.listed, columns]).toEqual([[], [[6], [100000], ['TRUE'], [1], [1]]]);
  });

  test.each([
    ['age', '30', 'age|type|must be a number, not the string "30"'],
    ['age', true, 'age|type|must be a number, not a boolean'],
    ['age', { a: 1 }, 'age|type|must be a number, not an object'],
    ['age', 121, 'age|range|must be from 0 to 120, not 121'],
    ['age', 'Inf', 'age|type|must be a number, not the string "Inf"'],
    ['rooms', 2.5, 'rooms|type|must be a whole number, not 2.5'],
    ['rooms', null, 'rooms|null|must not be missing (null): the model needs a value'],
    ['rooms', 'NA', 'rooms|null|must not be missing (null): the model needs a value'],
    ['rooms', 2 ** 31, 'rooms|range|must be at most 2147483647, not 2147483648'],
    ['city', 'Berm', 'city|level|must be one of "Bern", "Köln", not "Berm"; did you mean `Bern`?'],
    ['city', 1, 'city|level|must be one of "Bern", "Köln", not 1'],
    ['city', true, 'city|type|must be one of "Bern", "Köln", not a boolean'],
    ['first name', 3, '["first name"]|type|must be a string, not a number'],
    ['member', 1, 'member|type|must be true or false, not a number'],
    ['since', '2026-02-30', 'since|type|must be a date like "2026-01-31", not "2026-02-30"'],
    ['seen', 'now', 'seen|type|must be a time like "2026-01-31T10:00:00Z", not "now"'],
    ['cyl', 5, 'cyl|level|must be one of 4, 6, 8, not 5'],
  ] as const)('%s rejects %j', (name, value, fault) => {
    expect(read({ ...good, [name]: value }).faults).toEqual([fault]);
  });
});

describe('Faults', () => {
  test('reports all faults with their paths', () => {
    const { rooms: _, ...incomplete } = good;
    expect(
      read([good, { ...incomplete, age: 'x', roms: 3 }, { ...good, city: 'Rom', member: null }]).faults,
    ).toEqual([
      '[1].age|type|must be a number, not the string "x"',
      '[1].rooms|null|must not be missing (null): the model needs a value',
      '[1].roms|extra|is not a field of the model; did you mean `rooms`?',
      '[2].city|level|must be one of "Bern", "Köln", not "Rom"',
    ]);
  });

  test('puts the index after the name of a column', () => {
    const body = {
      age: [1, 'x', 3],
      rooms: [1, 2, null],
      city: ['Bern', 'Bern', 'Bern'],
      member: [true, true],
      other: [1, 2, 3],
    };
    expect(read(body).faults).toEqual([
      'age[1]|type|must be a number, not the string "x"',
      'rooms[2]|null|must not be missing (null): the model needs a value',
      '["first name"]|missing|is missing',
      'member|shape|must be an array of 3 values like the other columns, not 2',
      'other|extra|is not a field of the model',
    ]);
  });

  test('does not take inherited object members for fields', () => {
    const reader = new ColumnReader({ fields: [field('constructor', 'number')], extraFields: 'refuse' });
    const faults = new Faults();
    reader.read([{}], faults);
    reader.read([JSON.parse('{"constructor":1,"__proto__":2}')], faults);
    expect(faults.listed.map(({ path, code }) => `${path} ${code}`)).toEqual([
      '[0].constructor missing',
      '[0].__proto__ extra',
    ]);
  });

  test('can ignore fields that the model does not have, and names them', () => {
    const { faults, set } = read([good, { ...good, other: 1, tags: ['a'] }], 'ignore');
    expect([faults, set.rows, set.ignored]).toEqual([[], 2, ['other', 'tags']]);
    expect(read({ ...good, tags: ['a'] }, 'ignore').set.rows).toBe(1);
  });

  test('bounds the names of what is ignored, so that they suit a header and the log', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`other${i}`, 1]));
    expect(read({ ...good, ...many }, 'ignore').set.ignored).toHaveLength(100);
    const { ignored } = read({ ...good, ['x'.repeat(9999)]: 1, 'a\uD800': 1 }, 'ignore').set;
    expect(ignored).toEqual([`${'x'.repeat(100)}…`, 'a\uFFFD']);
    expect(() => ignored.map(encodeURIComponent)).not.toThrow();
  });

  test('names the settings that would allow what is rejected', () => {
    const faults = new Faults();
    new ColumnReader({ fields, extraFields: 'refuse' }).read(
      [{ ...good, age: 130, agee: 1, city: null }],
      faults,
    );
    expect(faults.describe()).toBe(
      '[0].age must be from 0 to 120, not 130. [0].agee is not a field of the model; did you mean `age`? ' +
        'The bounds of a field are its `min` and `max` in penstock.yaml. ' +
        'Other members are ignored with `extra-fields: ignore` in penstock.yaml.',
    );
  });

  test('names what is similar to a missing field', () => {
    const { rooms: _, ...incomplete } = good;
    expect(read([{ ...incomplete, roms: 3 }], 'ignore').faults).toEqual([
      '[0].rooms|missing|is missing; `roms` is not a field',
    ]);
  });

  test('lists the first 1,000 faults and counts all of them', () => {
    const faults = new Faults();
    new ColumnReader({ fields, extraFields: 'refuse' }).read(new Array(5000).fill(1), faults);
    expect([faults.listed.length, faults.count]).toEqual([1000, 5000]);
    expect(faults.describe()).toContain('And 4995 more.');
  });
});
