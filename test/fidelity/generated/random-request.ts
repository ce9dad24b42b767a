import fc from 'fast-check';
import type { WireRequest } from '../../support/http.js';
import { endpointsOf, type Setting } from './endpoints.js';
import { type Body, body } from './random-body.js';
import { path, query } from './random-target.js';

/** Methods that HTTP parsers know. Neither server accepts other words. */
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];

const method = fc.oneof(
  { weight: 15, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(...methods) },
);

// No whitespace around values: that is an intended deviation.
const value = fc.constantFrom(
  'v',
  '1',
  'a, b',
  'a;b',
  'é',
  '"q"',
  '%41',
  'x'.repeat(2000),
  '',
  'TRUE',
  '0,1',
  '\xe9',
);

const cookies = fc
  .array(
    fc.constantFrom(
      ...[
        'a=1',
        'b=2',
        'a=2',
        'c',
        '=',
        'd=',
        '=e',
        'f=g=h',
        'i="j"',
        'k=%20%41',
        'é=ü',
        'l=a+b',
        'm n=o',
        'n=%zz',
        'o=%',
        'p=%E9',
        'q=%C3%A9',
        '%61=%00',
        ' ',
      ],
    ),
    { maxLength: 4 },
  )
  .chain((all) => fc.constantFrom('; ', ';', ';  ', ';;').map((between) => all.join(between).trim()));

const header: fc.Arbitrary<[string, string]> = fc.oneof(
  { weight: 3, arbitrary: cookies.map((x): [string, string] => ['Cookie', x]) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('X-Own', 'x-own', 'X-OTHER', 'X_Under', 'X-A-B', 'Accept', 'X.Dot', 'X-1'),
        value,
      )
      .map(([name, value]): [string, string] => [name, value]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<[string, string]>(
      ['Accept-Encoding', 'gzip'],
      ['Accept-Encoding', 'br, gzip;q=0.5'],
      ['Accept-Language', 'de'],
      ['User-Agent', 'generated'],
      ['Referer', 'http://api.example/__docs__/'],
      ['Authorization', 'Basic YTpi'],
      ['Access-Control-Request-Headers', 'X-A, X-B'],
      ['Access-Control-Request-Method', 'PUT'],
      ['Origin', 'http://elsewhere.example'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['X-Forwarded-For', '10.0.0.1'],
      ['If-None-Match', '*'],
      ['Range', 'bytes=0-1'],
      ['Content-Type', 'application/json'],
    ),
  },
);

/** A random request to the endpoints in their surroundings. */
export function randomRequest({ api, around }: Setting): fc.Arbitrary<WireRequest> {
  return fc
    .record({
      endpoint: fc.constantFrom(...endpointsOf(api)),
      verb: fc.nat(),
      method,
      path: path(around === 'mount'),
      query,
      headers: fc.oneof(
        { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
        { weight: 1, arbitrary: fc.array(header, { maxLength: 4 }) },
      ),
      body: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 9, arbitrary: body }),
      /** Sends a body where none is expected, and none where one is. */
      stray: fc.integer({ min: 0, max: 15 }).map((x) => x === 15),
    })
    .map(({ endpoint, verb, method, path, query, headers, body, stray }): WireRequest => {
      const asked = method ?? endpoint.verbs[verb % endpoint.verbs.length]!;
      const takesBody = ['POST', 'PUT', 'PATCH'].includes(asked);
      return {
        method: asked,
        path: path(endpoint) + query,
        ...(body !== undefined && takesBody !== stray ? withBody(headers, body) : { headers }),
      };
    });
}

function withBody(headers: [string, string][], { bytes, type, chunked }: Body): Partial<WireRequest> {
  return {
    headers: type === undefined ? headers : [['Content-Type', type], ...headers],
    ...(chunked ? { chunks: chunksOf(bytes) } : { body: bytes }),
  };
}

/** Returns no empty chunk, which would end the body. */
function chunksOf(bytes: Buffer): Buffer[] {
  const half = bytes.length >> 1;
  return [bytes.subarray(0, half), bytes.subarray(half)].filter((piece) => piece.length > 0);
}
