import fc from 'fast-check';
import type { Endpoint } from './endpoints.js';
import { anyText, argumentName, encoding } from './random-text.js';

/** A text for each type that a path parameter may have; which one is used depends on the endpoint. */
const segment = fc.record({
  integer: fc
    .oneof(fc.integer({ min: -99, max: 999 }), fc.constantFrom(2147483647, 2147483648, 0))
    .map(String),
  double: fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String),
    fc.constantFrom('.5', '1.', '-.5'),
  ),
  boolean: fc.constantFrom('TRUE', 'false', 'T', 'f', '0', '1', 'yes', 'True'),
  text: fc.tuple(anyText, encoding).map(([text, encode]) => encode(text)),
  /** Ignores the type. */
  odd: fc.integer({ min: 0, max: 7 }).map((x) => x === 7),
});

type Segment = typeof segment extends fc.Arbitrary<infer T> ? T : never;

const seed = fc.integer({ min: 1, max: 1_000_000 }).map(String);

/**
 * Changes that a path may undergo on its way to the server. Each leaves it a path: other targets are answered otherwise than by
 * plumber on purpose, see `deviations.ts`.
 */
const mutations: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replace(/\/(?=[^/]*$)/, '//'),
  (path) => path.replace(/\/(?=[^/]*$)/, '/./'),
  (path) => `/nowhere/..${path}`,
  (path) => path.replace(/(?<=.)\/$/, ''),
  (path) => path.toUpperCase(),
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/(?<=[g-z])[g-z]$/, ''),
  (path) => `${path}/more`,
  (path) => `${path};v=1`,
  (path) => `${path}%2F`,
  (path) => `${path}.json`,
  (path) => `/sub${path}`,
  (path) => path.replace('.', 'X'),
  (path) => `${path}${'/x'.repeat(600)}`,
];

const mutation = fc.oneof(
  { weight: 7, arbitrary: fc.constant((path: string) => path) },
  { weight: 1, arbitrary: fc.constantFrom(...mutations) },
);

/** In the surroundings that also mount the endpoints, half of the requests use the mount. */
const prefix = (mounted: boolean) => (mounted ? fc.constantFrom('', '/sub') : fc.constant(''));

export function path(mounted: boolean): fc.Arbitrary<(endpoint: Endpoint) => string> {
  return fc
    .record({ prefix: prefix(mounted), segments: fc.tuple(segment, segment), seed, mutation })
    .map(({ prefix, segments, seed, mutation }) => (endpoint: Endpoint) => {
      let at = 0;
      const filled = endpoint.path.replaceAll(/<(\w+)(?::([^>]*))?>/g, (_, name: string, type: string) =>
        name === 'seed' ? seed : textFor(type, segments[at++ % segments.length]!),
      );
      const target = prefix + filled;
      return target.startsWith('/') ? mutation(target) : target;
    });
}

function textFor(type: string | undefined, segment: Segment): string {
  if (segment.odd) return segment.text;
  switch (type) {
    case 'int':
      return segment.integer;
    case 'double':
      return segment.double;
    case 'bool':
      return segment.boolean;
    case '[int]':
      return `${segment.integer},${segment.integer.replace('-', '')}`;
    case '[dbl]':
      return `${segment.double},${segment.integer}`;
    case '[bool]':
      return `${segment.boolean},TRUE`;
    default:
      return segment.text === '' ? 'x' : segment.text;
  }
}

/** One part of a query or a form. */
const piece = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ name: argumentName, value: anyText, encode: encoding })
      .map(({ name, value, encode }) => `${encode(name)}=${encode(value)}`),
  },
  { weight: 1, arbitrary: fc.tuple(argumentName, encoding).map(([name, encode]) => encode(name)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '=',
      '=1',
      'a=',
      'a==',
      'a=1=2',
      '==',
      'a;b=1',
      'a=%26',
      'a=%3D',
      '%61=1',
      'a=+',
      '+=1',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('token=bad', 'token=stop', 'token=res', 'token=null', 'token=unboxed'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('add=1', 'drop=1', 'replace=1', 'rewrite=1', 'verb=POST', 'end=1'),
  },
  { weight: 1, arbitrary: fc.constantFrom('hook=list', 'hook=late') },
);

export const pieces: fc.Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: fc.array(piece, { maxLength: 5 }).map((x) => x.join('&')) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((n) => numbered(n).join('&')) },
);

const numbered = (n: number): string[] => Array.from({ length: n }, (_, i) => `n${i % 200}=${i}`);

export const query: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 12, arbitrary: pieces.map((x) => `?${x}`) },
  { weight: 1, arbitrary: pieces.map((x) => `?${x}?${x}`) },
  { weight: 1, arbitrary: pieces.map((x) => `??&${x}&`) },
);
