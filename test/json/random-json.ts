import fc from 'fast-check';

/** JSON texts of the shapes that jsonlite distinguishes, and similar ones. */
const word = fc.constantFrom('a', 'b', 'c', 'x y', 'é', '1', '__proto__', 'constructor');
const integerText = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -9, max: 99 }).map(String) },
  fc.constantFrom('2147483647', '-2147483647', '-2147483648', '2147483648', '-0', '9007199254740993', '0'),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
);
const doubleText = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((x) => (Number.isInteger(x) ? `${x}`.replace(/^(-?\d+)$/, '$1.0') : `${x}`)),
  fc.integer({ min: -1000, max: 1000 }).map((x) => `${x}.0`),
  fc
    .tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 0, max: 6 }))
    .map(([x, d]) => (x / 10 ** d).toFixed(d + 1)),
  fc.constantFrom(
    '1e5',
    '1E+5',
    '1e-5',
    '-0.0',
    '0.1',
    '1e15',
    '1e400',
    '1e-400',
    '123456.7',
    '1e22',
    '100000.0',
    '0.00001',
  ),
);
const escapeText = fc.constantFrom(
  '\\n',
  '\\"',
  '\\\\',
  '\\/',
  '\\u00e9',
  '\\u65E5',
  '\\ud83d\\ude00',
  '\\b',
  '\\f',
  '\\r',
  '\\t',
  '\\u001f',
);
const rareEscapeText = fc.constantFrom('\\u0000', '\\ud800', '\\udc00', '\\ud800\\u0041', '\\x', '\\u12');
const stringText = fc.oneof(
  { weight: 8, arbitrary: word.map((x) => JSON.stringify(x)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('"NA"', '"NaN"', '"Inf"', '"-Inf"', '""', '"TRUE"', '"2024-01-01"'),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(escapeText, word, fc.constant('日本')), { maxLength: 5 })
      .map((x) => `"${x.join('')}"`),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map((x) => JSON.stringify(x)) },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(escapeText, rareEscapeText), { maxLength: 3 }).map((x) => `"${x.join('')}"`),
  },
);
const literal = fc.constantFrom('true', 'false', 'null');
const scalar = fc.oneof(integerText, doubleText, stringText, literal);

const space = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constantFrom(' ', '\n', '\t', '  \r\n', '\f', '\v'),
);
const list = (items: fc.Arbitrary<string[]>) =>
  fc.tuple(items, space).map(([x, s]) => `[${s}${x.join(`${s},`)}${s}]`);
const sameKind = fc.constantFrom(integerText, doubleText, stringText, literal, scalar);

const vector = sameKind.chain((kind) =>
  list(fc.array(fc.oneof({ weight: 6, arbitrary: kind }, literal), { maxLength: 5 })),
);
const matrix = fc
  .tuple(sameKind, fc.integer({ min: 1, max: 3 }))
  .chain(([kind, n]) =>
    list(
      fc.array(
        list(fc.array(fc.oneof({ weight: 9, arbitrary: kind }, scalar), { minLength: n, maxLength: n })),
        { minLength: 1, maxLength: 3 },
      ),
    ),
  );
const cube = fc
  .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }), sameKind)
  .chain(([n, m, kind]) =>
    list(
      fc.array(
        list(fc.array(list(fc.array(kind, { minLength: n, maxLength: n })), { minLength: m, maxLength: m })),
        { minLength: 1, maxLength: 3 },
      ),
    ),
  );
const key = fc.oneof(
  { weight: 20, arbitrary: word.map((x) => JSON.stringify(x)) },
  { weight: 1, arbitrary: stringText },
  fc.constantFrom('"_row"', '"$date"', '""'),
);

function object(value: fc.Arbitrary<string>, maxKeys = 4): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.tuple(key, value), { maxLength: maxKeys }), space)
    .map(([pairs, s]) => `{${s}${pairs.map(([k, v]) => `${k}${s}:${s}${v}`).join(`,${s}`)}${s}}`);
}

/** Objects with the same keys, some missing, like a table. */
function table(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.uniqueArray(key, { minLength: 1, maxLength: 4 }).chain((keys) => {
    const row = fc
      .tuple(...keys.map(() => fc.tuple(fc.integer({ min: 0, max: 12 }), value)))
      .map(
        (cells) =>
          `{${keys.flatMap((k, j) => (cells[j]![0] === 0 ? [] : [`${k}:${cells[j]![1]}`])).join(',')}}`,
      );
    return list(
      fc.array(fc.oneof({ weight: 15, arbitrary: row }, fc.constantFrom('null', '{}')), { maxLength: 4 }),
    );
  });
}

const date = fc.oneof(integerText, doubleText).map((x) => `{"$date":${x}}`);

export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 3, arbitrary: vector },
    { weight: 2, arbitrary: matrix },
    { weight: 1, arbitrary: cube },
    { weight: 1, arbitrary: date },
    { weight: 2, arbitrary: table(scalar) },
    { weight: 3, arbitrary: list(fc.array(tie('value'), { maxLength: 4 })) },
    { weight: 3, arbitrary: object(tie('value')) },
    { weight: 2, arbitrary: table(tie('value')) },
    { weight: 1, arbitrary: list(fc.array(date, { minLength: 1, maxLength: 3 })) },
    { weight: 1, arbitrary: list(fc.array(vector, { minLength: 1, maxLength: 4 })) },
    { weight: 1, arbitrary: list(fc.array(table(scalar), { minLength: 1, maxLength: 3 })) },
    { weight: 1, arbitrary: list(fc.array(fc.oneof(cube, matrix), { minLength: 1, maxLength: 2 })) },
  ),
})).value;
