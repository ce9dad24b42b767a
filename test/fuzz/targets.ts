/** The parts that read what strangers send. Each takes any bytes, and throws if they are not handled as they should be. */

import { generateKeyPairSync, sign } from 'node:crypto';
import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { createLocalJWKSet } from 'jose';
import { isRepeated, removeTwins } from '../../src/access/request-headers.js';
import { Rules } from '../../src/access/rules.js';
import { checkToken } from '../../src/access/token-check.js';
import { TrustedProxies } from '../../src/access/trusted-proxies.js';
import { Networks } from '../../src/config/kinds.js';
import { clientNetwork } from '../../src/http/client-network.js';
import { useOriginForm } from '../../src/http/request-target.js';
import { NotCovered, outlineOf, parseJson, parseLargeJson, printJson } from '../../src/json/index.js';
import { cacheKey } from '../../src/lanes/cache/cache-key.js';
import { directBody } from '../../src/lanes/direct/body.js';
import { parseQuery } from '../../src/lanes/direct/query.js';
import { readJson } from '../../src/lanes/large/read-json.js';
import { isMatchable, pathExpression } from '../../src/lanes/path-expression.js';
import { plainPath } from '../../src/lanes/plain-path.js';
import { rookPayload } from '../../src/lanes/plumber/rook-request.js';
import { repairs } from '../../src/lanes/repairs/repairs.js';
import { requestId } from '../../src/observe/request-id.js';
import { encodeHeader, FrameType } from '../../src/protocol/frame.js';
import { FrameReader, ProtocolError } from '../../src/protocol/frame-reader.js';
import { RDataError, readRData, rList, rString, toPlain, writeRData } from '../../src/rdata/index.js';
import { plainRead } from '../protocol/frame-fuzz.js';
import { words } from './words.js';

export interface Target {
  readonly name: string;
  /** Words that its inputs consist of. */
  readonly words: readonly string[];
  readonly seeds: readonly (string | Buffer)[];
  run(input: Buffer): void | Promise<void>;
}

function same(one: unknown, other: unknown, what: string): void {
  if (!isDeepStrictEqual(one, other)) throw new Error(`${what}: ${JSON.stringify([one, other])}`);
}

/** Whether Node's parser lets a header through. */
function isHeader([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

/** A request as Node gives it: text with one character for each byte. */
function requestOf(url: string, pairs: readonly (readonly [string, string])[]): IncomingMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) headers[name.toLowerCase()] ??= value;
  return {
    method: 'POST',
    url,
    headers,
    rawHeaders: pairs.flat(),
    socket,
  } as unknown as IncomingMessage;
}

const socket = new Socket();

const rules = new Rules([
  { place: '', path: '/admin/*', allow: 'nobody' },
  { place: '', path: '/users/<id>/secret.csv', allow: 'nobody' },
  { place: '', path: '/*', allow: 'anyone' },
]);

const paths: Target = {
  name: 'paths',
  words: words.paths,
  seeds: [
    '/admin/x',
    '/users/7/secret.csv',
    'http://host/admin?x=1',
    '/a/%2e%2e/admin',
    '/1,2,3/x',
    '/true/-1.5',
  ],
  run: (input) => {
    const request = requestOf(input.toString('latin1'), [['Host', 'a']]);
    useOriginForm(request);
    const [path = ''] = request.url!.split('?');
    const plain = plainPath(path);
    const [, first, user, file, ...rest] = plain.split('/');
    const isSecret = first === 'users' && user !== '' && file === 'secret.csv' && rest.join('') === '';
    if ((first === 'admin' || isSecret) && rules.find('GET', path, undefined).allow !== 'nobody')
      throw new Error(`the rule for ${plain} does not hold for ${path}`);
    if (isMatchable(path)) for (const { exact } of expressions) exact?.test(path);
  },
};

const expressions = [
  '^/users/([^/]+)$',
  '^/x/((?:(?:[^/]+),?)+)$',
  '^/((?:(?:-?\\d+),?)+)/x$',
  '^/((?:(?:-?\\d*\\.?\\d+),?)+)$',
  '^/([01tfTF]|true|false|TRUE|FALSE)/(-?\\d*\\.?\\d+)$',
].map(pathExpression);

const query: Target = {
  name: 'query',
  words: words.query,
  seeds: ['?a=1&b=2&a=3', 'x%20y=%C3%A9+z', 'a[]=1&a[]=2'],
  run: (input) => {
    const text = input.toString('latin1');
    const parsed = parseQuery(text);
    if (parsed === undefined) return;
    const expected = new Map<string, string[]>();
    for (const piece of text.replace(/^\?/, '').split('&')) {
      const halves = piece.split('=').filter((half) => half !== '');
      if (halves.length !== 2) continue;
      // The second one, since the class removes a question mark from the start of the first.
      const [, [name, value] = ['', '']] = [...new URLSearchParams(`a=&${halves.join('=')}`)];
      expected.set(name, [...(expected.get(name) ?? []), value]);
    }
    const values = [...expected.values()].map((each) => rString(each));
    const names = expected.size === 0 ? undefined : [...expected.keys()];
    same(parsed, rList(values, names), 'not the values that URLSearchParams finds');
  },
};

const all = repairs(['arrays', 'bodies', 'boundaries', 'filenames']);
const proxies = (['x-forwarded-for', 'forwarded'] as const).map(
  (header) => new TrustedProxies(new Networks('::1, 10.0.0.0/8', ['::1', '10.0.0.0/8']), header),
);

/** Headers, with cookies and the types of bodies, then a body. */
const headers: Target = {
  name: 'headers',
  words: words.headers,
  seeds: [
    'Cookie: a=1; b="2"\nX-Request-Id: abc\n\nbody',
    'Content-Type: multipart/form-data; boundary="x y"\n\n--x\r\n\r\n--x--',
    'Content-Type: application/x-www-form-urlencoded\nX_User: a\nX-User: b\n\na[]=1&a[]=2',
    'Forwarded: for="[2001:db8::1]:47";proto=https, for=10.1.2.3\nX-Forwarded-For: 1.2.3.4:5, ::1\n\n{"a":1}',
  ],
  run: (input) => {
    const text = input.toString('latin1');
    const [head = '', ...rest] = text.split('\n\n');
    const lines = head.split('\n').map((line) => /^(.*?): (.*)$/s.exec(line)?.slice(1) ?? [line, '']);
    const pairs = lines.map(([name = '', value = '']) => [name, value] as const).filter(isHeader);
    const body = Buffer.from(rest.join('\n\n'), 'latin1');
    for (const proxy of proxies) {
      const request = requestOf('/x?a[]=1', pairs);
      proxy.apply(request);
      removeTwins(request);
      isRepeated(request, 'authorization');
      requestId(request.headers);
      cacheKey(request, body, { public: false, vary: ['accept'] } as never);
      const changed = all.request!({ http: request, body, id: '1' } as never);
      const type = request.headers['content-type'];
      directBody(changed.body, type, {});
      readRData(Buffer.concat(rookPayload(request, changed.body, false)));
    }
    for (const [, value] of pairs) clientNetwork(value);
    all.reply!(
      { status: 500, headers: [['Content-Disposition', head]], body } as never,
      { http: requestOf('/', pairs), body, id: '1' } as never,
    );
  },
};

const json: Target = {
  name: 'json',
  words: words.json,
  seeds: [
    '{"a":[1,2.5,null,"x"]}',
    '[{"a":1,"b":"x"},{"a":null}]',
    '[[1,2],[3,4]]',
    '[true,"NA",{"x":[]}]',
    '"\\u00e9\\n"',
    '[[[1],[2]],[[3],[4]]]',
  ],
  run: (input) => {
    const outline = outlineOf(input, { depth: 64, members: 100, values: 1000 });
    const value = parseJson(input, {});
    const large = parseLargeJson(input, {});
    if (!(value instanceof NotCovered)) {
      if (!(large instanceof NotCovered))
        same(writeRData(large), writeRData(value), 'two values for one text');
      // R would reject what is not JSON, too. Its parser takes all feeds for white space.
      JSON.parse(
        input
          .toString('utf8')
          .replace(/^\ufeff/, '')
          .replace(/[\v\f]/g, ' '),
      );
      if (typeof outline === 'number') printJson(value);
    }
    for (const _ of readJson({ body: input, limits: { depth: 64, members: 100, values: 1000 } } as never));
  },
};

const frames: Target = {
  name: 'frames',
  words: words.frames,
  seeds: [
    Buffer.concat([
      encodeHeader(FrameType.hello, 1, 3, 0),
      Buffer.from('abc'),
      encodeHeader(FrameType.step, 2, 0, 9),
    ]),
    Buffer.concat([encodeHeader(FrameType.step, 1, 900, 0), Buffer.alloc(900, 7)]),
  ],
  run: (input) => {
    const expected = plainRead(input, 500);
    for (const step of [input.length, 1, 7]) {
      const read: unknown[] = [];
      let broken = false;
      const reader = new FrameReader(
        (frame) => read.push({ ...frame, payload: Buffer.from(frame.payload) }),
        500,
      );
      try {
        for (let at = 0; at < input.length; at += step) reader.push(input.subarray(at, at + step));
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        broken = true;
      }
      same(read.length, expected.frames.length, 'number of frames');
      same(broken, expected.broken, 'broken');
      for (const [i, frame] of expected.frames.entries())
        same(
          (read[i] as typeof frame).payload.toString('hex'),
          Buffer.from(frame.payload).toString('hex'),
          'payload',
        );
    }
  },
};

const rdata: Target = {
  name: 'rdata',
  words: words.rdata,
  seeds: [
    writeRData(rList([rString(['a', 'b']), rString('x')], ['n', 'm'])),
    writeRData(rString('text')),
    'A\n3\n262658\n197888\n5\nUTF-8\n14\n1\n1.5\n',
  ],
  run: (input) => {
    try {
      const value = readRData(input, { maxExpanded: 100_000 });
      toPlain(value);
      printJson(value);
      const again = readRData(writeRData(value), { maxExpanded: 200_000 });
      same(
        writeRData(again).toString('hex'),
        writeRData(value).toString('hex'),
        'another value after writing',
      );
    } catch (error) {
      if (!(error instanceof RDataError)) throw error;
    }
  },
};

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const find = createLocalJWKSet({
  keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'k' } as never],
});
const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const unsigned = `${encoded({ alg: 'ES256', kid: 'k' })}.${encoded({ iss: 'i', aud: 'a', exp: 4e9, sub: 's', scope: 'x y' })}`;
const signature = sign('sha256', Buffer.from(unsigned), {
  key: privateKey,
  dsaEncoding: 'ieee-p1363',
}).toString('base64url');

const tokens: Target = {
  name: 'tokens',
  words: words.tokens,
  seeds: [`${unsigned}.${signature}`, `${encoded({ alg: 'none' })}.${encoded({ sub: 's', exp: 4e9 })}.`],
  run: async (input) => {
    const token = input.toString('latin1');
    const settings = { issuer: 'i', audience: 'a', jwks: '', algorithms: ['ES256'], leeway: 0, refresh: 0 };
    const claims = await checkToken(token, { find, close: () => {} }, settings);
    if (claims !== undefined && !token.startsWith(`${unsigned}.`)) throw new Error(`accepted ${token}`);
  },
};

export const targets: readonly Target[] = [paths, query, headers, json, frames, rdata, tokens];
