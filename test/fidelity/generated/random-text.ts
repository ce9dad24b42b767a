import fc from 'fast-check';

/** Texts that have a special meaning to R, to plumber or to a parser. */
const specialText = fc.constantFrom(
  ...[
    '',
    '0',
    '1',
    '-1',
    '2',
    '3.5',
    '007',
    '1e5',
    '1e400',
    '-0',
    '0x1F',
    '1L',
    '.5',
    '2147483648',
    '-2147483648',
  ],
  ...['TRUE', 'FALSE', 'true', 'T', 't', 'NA', 'NaN', 'Inf', 'NULL', 'null', 'a', 'b', 'x', 'req', 'res'],
  ...[
    '1,2',
    '1,,2',
    ',',
    'a,b',
    'a b',
    ' ',
    'a+b',
    'a=b',
    '=',
    '&',
    'a&b',
    '?',
    '#',
    '%',
    '/',
    'a/b',
    '..',
    '.',
  ],
  ...[
    'é',
    'ü ß',
    '日本語',
    '😀',
    'a\tb',
    'a\nb',
    '"',
    "'",
    '\\',
    '<b>',
    '[]',
    '{}',
    '{"a":1}',
    ';',
    ':',
    '@',
    '~',
  ],
  ...[
    'bad',
    'text',
    'list',
    'late',
    'good',
    'stop',
    'unboxed',
    '404',
    '204',
    '500',
    '200',
    '304',
    'x'.repeat(300),
  ],
);

export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: specialText },
  { weight: 3, arbitrary: fc.integer({ min: -1000, max: 100_000 }).map(String) },
  { weight: 2, arbitrary: fc.string({ maxLength: 8 }) },
  // No lone surrogates, which have no bytes, and no null bytes, which are an intended deviation in URLs.
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
);

/** The names of arguments of the handlers, similar names, and names that only look harmless. */
export const argumentName: fc.Arbitrary<string> = fc.oneof(
  { weight: 14, arbitrary: fc.constantFrom('a', 'b', 'x') },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'c',
      'd',
      'data',
      'rows',
      'number',
      'value',
      'name',
      'status',
      'path',
      'secure',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('num', 'value_o', 'A', 'aa', 'n', 'f', 'args', 'what', 'quote', 'envir'),
  },
  { weight: 3, arbitrary: fc.constantFrom('req', 'res', 're', 'r', '...', '..1', '...1', 'req_id', 'e') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('if', 'TRUE', 'function', 'NULL', 'NA', 'self', 'pr', 'names', 'class'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('token', 'end', 'add', 'drop', 'replace', 'rewrite', 'verb', 'hook'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('a[]', 'a[0]', 'a.b', 'a b', ' a', 'a ', '.a', '_row', '$date', '__proto__'),
  },
  { weight: 2, arbitrary: fc.constantFrom('é', '日本', 'constructor', 'toString', '') },
  { weight: 1, arbitrary: anyText },
);

/** How a text is encoded in a URL: as required, completely, or less than required. */
export const encoding: fc.Arbitrary<(text: string) => string> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(encodeURIComponent) },
  { weight: 1, arbitrary: fc.constant(encodeAll) },
  { weight: 1, arbitrary: fc.constant((text: string) => encodeAll(text).toLowerCase()) },
  { weight: 2, arbitrary: fc.constant((text: string) => encodeURIComponent(text).replaceAll('%20', '+')) },
  { weight: 2, arbitrary: fc.constant(encodeLittle) },
  { weight: 1, arbitrary: fc.constant(encodeLatin1) },
);

/** Escapes every byte. */
function encodeAll(text: string): string {
  const escaped = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return [...Buffer.from(text)].map(escaped).join('');
}

/** Escapes only what would not be valid HTTP. */
function encodeLittle(text: string): string {
  const optional = /%(2[146-9A-F]|3[A-E]|40|5[B-E]|60|7[B-E])/g;
  return encodeURIComponent(text).replaceAll(optional, (one) => decodeURIComponent(one));
}

/** Encodes the text as Latin-1 instead of UTF-8, if possible. */
function encodeLatin1(text: string): string {
  return /^[\x20-\xff]*$/.test(text)
    ? [...text]
        .map((one) => (one > '\x7f' ? `%${one.charCodeAt(0).toString(16)}` : encodeURIComponent(one)))
        .join('')
    : encodeURIComponent(text);
}
