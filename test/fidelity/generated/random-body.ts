import fc from 'fast-check';
import { jsonText } from '../../json/random-json.js';
import { pieces } from './random-target.js';
import { anyText, argumentName } from './random-text.js';

export interface Body {
  readonly bytes: Buffer;
  /** The Content-Type header, if any. */
  readonly type: string | undefined;
  readonly chunked: boolean;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const boundary = 'XyZ';

const types: readonly (string | undefined)[] = [
  ...[undefined, json, 'application/json; charset=utf-8', 'Application/JSON;Charset=UTF-8', 'text/json'],
  ...['application/json;charset=ISO-8859-1', 'application/json;', 'application/json ; charset=utf-8'],
  ...['application/json; charset="utf-8"', 'application/json;charset=utf-8; v=1', 'application/vnd.api+json'],
  ...[form, `${form}; charset=UTF-8`, `${form};charset=latin1`, 'text/plain', 'text/plain; charset=utf-8'],
  ...['text/csv', 'application/octet-stream', 'application/xml', 'text/html', 'x', '*/*', 'image/png'],
  ...[
    `multipart/form-data; boundary=${boundary}`,
    'multipart/form-data',
    'application/json, text/plain',
    'json',
  ],
];

/** An object whose keys are arguments. */
const objectText = fc
  .array(fc.tuple(argumentName, jsonText), { maxLength: 4 })
  .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);

const goodJson = fc.oneof(
  { weight: 5, arbitrary: objectText },
  { weight: 4, arbitrary: jsonText },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('\ufeff', ' ', '\n', '// c\n'), objectText).map((x) => x.join('')),
  },
);

/** So large that it is parsed in another way than small bodies: a few values, repeated. */
const largeJson = fc
  .record({
    values: fc.array(jsonText, { minLength: 1, maxLength: 3 }),
    key: fc.constantFrom('a', 'x', 'data', undefined),
    bytes: fc.integer({ min: 130_000, max: 140_000 }),
  })
  .map(({ values, key, bytes }) => {
    const all = values.join(',');
    const list = `[${Array(Math.ceil(bytes / (all.length + 1)))
      .fill(all)
      .join(',')}]`;
    return key === undefined ? list : `{"${key}":${list}}`;
  });

const badJson = fc
  .tuple(goodJson, fc.nat(), fc.constantFrom('', 'x', ',', '}', ']', '"', '\0', '\u0001', '1 2', "'"))
  .map(([text, at, odd]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + odd + (odd === '' ? '' : text.slice(place));
  });

const part = fc
  .record({
    name: fc.constantFrom('a', 'b', 'x', 'data', 'é', ''),
    more: fc.constantFrom('', '', '; filename="f.txt"', '; filename="f.json"', '; filename="f.bin"'),
    type: fc.constantFrom(undefined, 'text/plain', json, form, 'application/octet-stream', 'image/png'),
    value: fc.oneof(anyText, objectText),
  })
  .map(({ name, more, type, value }) =>
    [
      `--${boundary}`,
      `Content-Disposition: form-data; name="${name}"${more}`,
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      '',
      value,
    ].join('\r\n'),
  );
const multipart = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .map((parts) => `${parts.join('\r\n')}\r\n--${boundary}--\r\n`);

const csv = fc
  .array(fc.tuple(anyText, fc.integer()), { maxLength: 3 })
  .map((rows) =>
    ['a,b', ...rows.map(([text, number]) => `"${text.replaceAll('"', '')}",${number}`), ''].join('\n'),
  );

interface Kind {
  readonly content: fc.Arbitrary<string | Uint8Array>;
  readonly type: string;
  readonly weight: number;
}

const kinds: readonly Kind[] = [
  { content: goodJson, type: json, weight: 120 },
  { content: largeJson, type: json, weight: 1 },
  { content: badJson, type: json, weight: 20 },
  { content: pieces, type: form, weight: 40 },
  { content: anyText, type: 'text/plain', weight: 20 },
  { content: csv, type: 'text/csv', weight: 10 },
  { content: multipart, type: `multipart/form-data; boundary=${boundary}`, weight: 20 },
  { content: fc.uint8Array({ maxLength: 20 }), type: 'application/octet-stream', weight: 10 },
  { content: fc.uint8Array({ maxLength: 8 }), type: json, weight: 10 },
  { content: fc.constant(''), type: json, weight: 10 },
];

const bodies = kinds.map(({ content, type, weight }) => ({
  weight,
  arbitrary: fc
    .record({
      content,
      type: fc.oneof(
        { weight: 5, arbitrary: fc.constant(type) },
        { weight: 2, arbitrary: fc.constantFrom(...types) },
      ),
      chunked: fc.integer({ min: 0, max: 15 }).map((x) => x === 15),
    })
    .map(({ content, type, chunked }): Body => ({ bytes: Buffer.from(content as string), type, chunked })),
}));

/** Directives of printf, which crash plumber if they occur in invalid JSON. */
const FATAL = /%[\d.]*l*[ns]/;

export const body: fc.Arbitrary<Body> = fc
  .oneof(...bodies)
  .filter(({ bytes }) => !FATAL.test(bytes.toString('latin1')));
