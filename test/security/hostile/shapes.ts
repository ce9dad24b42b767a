import type { Random } from '../../rdata/random.js';

/** The input on one connection. */
export interface Hostile {
  readonly bytes: Buffer;
  /** It is not a request in any interpretation: the answer must be a 4xx or nothing, and nothing may reach R. */
  readonly refused: boolean;
}

const METHODS = [
  ...['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT'],
  ...[
    'get',
    'GETS',
    'PROPFIND',
    'M-SEARCH',
    'PRI',
    'QUERY',
    '',
    'G\0T',
    'GET\t',
    'POST ',
    'É',
    'A'.repeat(3000),
  ],
];
const TARGETS = [
  ...['/echo', '/echo?msg=hi', '/items/5', '/items/99999999999999999999', '/items/-1', '/body', '/', '*', ''],
  ...['/vault/gold', '/vault//gold', '/%76ault/gold', '/vault%2fgold', '/x/../vault/gold', '/./vault/./gold'],
  ...[
    '//vault/gold',
    '/vault/%2e%2e/vault/gold',
    '/vault/gold/',
    '/VAULT/gold',
    '/vault/gold?x=/../echo',
    '/vault;a/gold',
  ],
  ...['http://x/vault/gold', 'http://x:1/echo', 'https://[::1]/echo', 'x:y', '/vault\\gold', '\\vault\\gold'],
  ...[
    '/echo%00',
    '/echo%',
    '/echo%zz',
    '/%ff%fe',
    '/%c0%ae%c0%ae/echo',
    '/echo?%',
    '/echo?msg=%00',
    '/echo#fragment',
  ],
  ...[
    '/echo?a[]=1&a[]=2',
    '/echo?msg=1&msg=2&msg=3',
    '/echo?=&&==&',
    '/echo?msg',
    '/echo?__proto__=1',
    '/echo?req=1&res=2',
  ],
  ...[
    '/é',
    '/\u0001',
    '/a b',
    '/echo?msg=a b',
    '/../../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
  ],
  ...[
    '/__docs__/',
    '/openapi.json',
    '/__docs__/../vault/gold',
    '/__docs__/%2e%2e/',
    '/items/<id>',
    '/items/1e5',
  ],
  ...[
    `/${'a'.repeat(5000)}`,
    `/${'a/'.repeat(2000)}`,
    `/echo?msg=${'%41'.repeat(2000)}`,
    `/${'a'.repeat(70_000)}`,
  ],
  `/echo?${Array.from({ length: 800 }, (_, i) => `k${i}=v`).join('&')}`,
];
const ORDINARY = [
  '/echo',
  '/echo?msg=hi',
  '/items/5',
  '/body',
  '/nothing',
  '/vault/gold',
  '/echo?msg=1&msg=2',
  '/',
];
const VERSIONS = [
  ' HTTP/1.1',
  ' HTTP/1.1',
  ' HTTP/1.1',
  ' HTTP/1.0',
  ' HTTP/2.0',
  ' HTTP/0.9',
  ' HTTP/1.10',
  ' http/1.1',
  '',
  ' ',
];
const HEADERS = [
  ...[
    'Host: x',
    'Host: ',
    'Host: a:b:c',
    'Host: x\r\nHost: y',
    'host : x',
    'Hos t: x',
    'Host\t: x',
    'Host: \u0000',
  ],
  ...[
    'X-API-Key: psk_wrong',
    'X-API-Key: ',
    'Authorization: Bearer',
    'Authorization: Bearer a.b.c',
    'Authorization: Key psk_x',
  ],
  ...[
    'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.',
    'Authorization: \u00ff\u00fe',
    'X_API_Key: psk_wrong',
  ],
  ...[
    'X-Penstock-Client: admin',
    'X_Penstock_Client: admin',
    'x-penstock-client-by: key',
    'X-Forwarded-For: 127.0.0.1',
  ],
  ...[
    'Forwarded: for=127.0.0.1;proto=https',
    'X-Original-URL: /vault/gold',
    'X-Rewrite-URL: /vault/gold',
    'X-HTTP-Method-Override: PUT',
  ],
  ...[
    'Cookie: a',
    'Cookie: =;;=;a=b;a',
    `Cookie: ${'a=b; '.repeat(300)}`,
    'Accept-Encoding: gzip',
    'Accept-Encoding: \u0080',
    'Range: bytes=-1',
  ],
  ...[
    'Expect: 100-continue',
    'Expect: 200-ok',
    'Upgrade: h2c\r\nConnection: Upgrade',
    'Upgrade: websocket',
    'Connection: close, keep-alive, x',
  ],
  ...[
    'Connection: Host',
    'Keep-Alive: timeout=-1',
    'TE: trailers',
    'Trailer: Host',
    'Via: 1.1 x',
    'Max-Forwards: 0',
  ],
  ...[
    'Content-Type: application/json',
    'Content-Type: application/json; charset=\u00ff',
    'Content-Type: multipart/form-data',
  ],
  ...[
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Type: text/plain',
    'Content-Type: application/x-www-form-urlencoded',
  ],
  ...[
    'Content-Type: application/octet-stream',
    'Content-Type: ;;;',
    'Content-Type: a/b\r\nContent-Type: application/json',
    'Content-Encoding: gzip',
  ],
  ...[
    'X-Request-Id: a\tb',
    'X-Request-Id: {"a":1}',
    `X-Request-Id: ${'a'.repeat(500)}`,
    'X-Request-Timeout: -1',
    'X-Request-Timeout: 1e99',
  ],
  ...[
    'traceparent: 00-0-0-0',
    'Origin: null',
    'Access-Control-Request-Method: GET',
    'Sec-Fetch-Site: none',
    'If-None-Match: *',
  ],
  ...[
    'Name',
    ': x',
    'A\u0000: x',
    'A: \u0001',
    'A: b\rc',
    ' folded',
    '\tfolded',
    'A:b\n B: c',
    'é: x',
    '{}: x',
    `A: ${'a'.repeat(9000)}`,
  ],
  ...[
    `A: ${'a'.repeat(70_000)}`,
    Array.from({ length: 300 }, (_, i) => `H${i}: ${i}`).join('\r\n'),
    'HTTP_HOST: y',
    '__proto__: x',
    'constructor: x',
  ],
];
const HARMLESS = HEADERS.filter(
  (header) => /^[\w-]+: [\x20-\x7e]{0,2000}$/.test(header) && !/^(Host|Expect|Upgrade)/i.test(header),
);
const BODIES = [
  ...[
    '',
    '{}',
    '{"msg":"hi"}',
    '[1,2,3]',
    '{"msg":',
    '{"msg":"\\ud800"}',
    '{"msg":"\u0000"}',
    '{"__proto__":{"a":1}}',
    '{"a":1,"a":2}',
  ],
  ...[
    '{"msg":1e999}',
    '{"msg":-0}',
    '{"msg":12345678901234567890}',
    'NaN',
    'null',
    'true',
    '"',
    '\u00ef\u00bb\u00bf{}',
    '\u00ff\u00fe\u0000',
    "{'a':1}",
    '{a%n',
    '%s%n%1000000d',
    '{"%n%n%n":"%s"',
  ],
  ...[
    '['.repeat(2000),
    `${'['.repeat(500)}${']'.repeat(500)}`,
    `${'{"a":'.repeat(400)}1${'}'.repeat(400)}`,
    `{"msg":"${'a'.repeat(20_000)}"}`,
  ],
  ...[
    'msg=hi',
    'msg=%',
    'msg=%00',
    '&&&===',
    'a[]=1&a[]=2',
    'msg=%ff%fe',
    'req=1&res=2',
    '----',
    '--b\r\n\r\n--b--',
    '--b\r\nContent-Disposition: form-data; name="msg"\r\n\r\nhi\r\n--b--\r\n',
  ],
  ...[
    '--b\r\nContent-Disposition: form-data; name="../../x"; filename="/etc/passwd"\r\nContent-Type: application/json\r\n\r\n{\r\n--b--',
    '--b\r\nContent-Disposition: form-data\r\n\r\n',
  ],
  ...[
    'X\n\u0000\u0000\u0000\u0003\u0000\u0004\u0002\u0002',
    '\u001f\u008b\u0008\u0000',
    'RDX3\n',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  ],
];
const HIDDEN = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
/** Framings that two servers could interpret differently. */
const AMBIGUOUS = [
  ...[
    'Content-Length: 0\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'Content-Length: 3\r\nContent-Length: 40',
  ],
  ...[
    'Content-Length: 0\r\nContent-Length: 39',
    'Content-Length: 0, 39',
    'Content-Length: +0',
    'Content-Length: -0',
    'Content-Length: 0x0',
    'Content-Length: 0 0',
  ],
  ...[
    'Content-Length: 0\u000b',
    'Content-Length: 0;',
    'Content-Length: ',
    'Content-Length: 1e1',
    'Content-Length : 0',
    ' Content-Length: 0',
    'Content-Length\u0000: 0',
  ],
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity, chunked;',
  ],
  ...[
    'Transfer-Encoding: \u000bchunked',
    'Transfer-Encoding: chunked\u0000',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding:\n chunked',
    'Transfer-Encoding: gzip',
  ],
  ...[
    'X: y\rContent-Length: 0',
    'X: y\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
    'Transfer-Encoding: chunked\r\n Content-Length: 0',
  ],
];
const BAD_CHUNKS = [
  ...[
    '-1\r\n',
    'zz\r\n',
    '0x5\r\nabcde\r\n',
    '5;\u0000=\r\nabcde\r\n',
    'ffffffffffffffffff\r\n',
    '5 \r\nabcdeXX',
    ' 5\r\nabcde\r\n0\r\n\r\n',
    '5\r\nabcdefgh\r\n0\r\n\r\n',
  ],
  ...['5\rabcde\r\n0\r\n\r\n', '+5\r\nabcde\r\n0\r\n\r\n', '5\r\nabcde0\r\n\r\n', '\r\n'],
];

export function hostile(random: Random): Hostile {
  switch (random.below(10)) {
    case 0:
      return { bytes: ambiguous(random), refused: true };
    case 1:
      return { bytes: badChunks(random), refused: true };
    case 2:
    case 3:
      return { bytes: damaged(random, request(random)), refused: false };
    case 4:
      return { bytes: request(random).subarray(0, random.below(400)), refused: false };
    case 5:
      return { bytes: noise(random), refused: false };
    case 6:
      return { bytes: Buffer.concat([request(random), request(random), request(random)]), refused: false };
    default:
      return { bytes: request(random), refused: false };
  }
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

function several(random: Random, list: readonly string[], most: number): string[] {
  return Array.from({ length: random.below(most + 1) }, () => pick(random, list));
}

/** Most parts are valid, so that the invalid ones get as far as possible. */
function request(random: Random): Buffer {
  const usual = (good: readonly string[], bad: readonly string[]): string =>
    pick(random, random.below(12) === 0 ? bad : good);
  const method = usual(['GET', 'GET', 'GET', 'POST', 'POST', 'PUT'], METHODS);
  const target = usual(ORDINARY, TARGETS);
  const body = method === 'GET' && random.below(4) > 0 ? '' : pick(random, BODIES);
  const head = [
    `${method} ${target}${usual([' HTTP/1.1'], VERSIONS)}`,
    ...(random.below(20) === 0 ? [] : ['Host: x']),
    ...(random.below(6) === 0 ? several(random, HEADERS, 2) : several(random, HARMLESS, 2)),
    ...framing(random, body),
  ].join(random.below(40) === 0 ? '\n' : '\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
}

function framing(random: Random, body: string): string[] {
  if (body === '') return [];
  switch (random.below(8)) {
    case 0:
      return [];
    case 1:
      return [`Content-Length: ${random.below(2 * body.length + 2)}`];
    case 2:
      return ['Transfer-Encoding: chunked'];
    case 3:
      return [
        `Content-Length: ${pick(random, ['999999999999', '-5', '5.0', '99999999999999999999999', 'five'])}`,
      ];
    default:
      return [`Content-Length: ${body.length}`];
  }
}

function ambiguous(random: Random): Buffer {
  const head = [
    `POST ${pick(random, ['/echo', '/body', '/vault/gold'])} HTTP/1.1`,
    'Host: x',
    ...several(random, ['Accept: */*', 'User-Agent: x', 'Cookie: a=b'], 2),
    pick(random, AMBIGUOUS),
  ].join('\r\n');
  return Buffer.from(
    `${head}\r\n\r\n${pick(random, ['', '0\r\n\r\n', '5\r\nabcde\r\n0\r\n\r\n'])}${HIDDEN}`,
    'latin1',
  );
}

function badChunks(random: Random): Buffer {
  const head = 'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  return Buffer.from(`${head}${pick(random, BAD_CHUNKS)}${HIDDEN}`, 'latin1');
}

function damaged(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = random.below(6); i >= 0 && copy.length > 0; i -= 1) {
    copy[random.below(Math.min(copy.length, 300))] = random.below(256);
  }
  const at = random.below(copy.length + 1);
  return random.below(2) === 0
    ? copy
    : Buffer.concat([copy.subarray(0, at), copy.subarray(random.below(at + 1))]);
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.below(600) }, () => random.below(256)));
}
