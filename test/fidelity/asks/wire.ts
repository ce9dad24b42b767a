import { type Ask, get, head, post, verb } from '../ask.js';

const megabyte = Buffer.alloc(1 << 20, 'abcdefghijklmnop');
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const text = 'text/plain';
const gzip = { headers: [['Accept-Encoding', 'gzip']] as const };

/** Lines that end with CRLF, as HTTP requires. */
const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('');

export const wire: readonly Ask[] = [
  get('/hello'),
  post('/echo', allBytes, 'application/octet-stream', { note: 'every byte' }),
  post('/echo', megabyte, 'application/octet-stream', { note: '1 MB' }),
  post('/echo', '', 'application/octet-stream', { note: 'empty' }),
  verb('PUT', '/echo', { body: 'put' }),
  verb('POST', '/echo', { note: 'no length, no body' }),
  verb('POST', '/echo', { note: 'chunked', chunks: ['one ', 'two ', 'three'] }),
  verb('POST', '/echo', { note: 'chunked, no chunks', chunks: [] }),
  verb('POST', '/echo', {
    note: 'chunked, 1 MB',
    chunks: [megabyte.subarray(0, 700_000), megabyte.subarray(700_000)],
  }),
  verb('POST', '/echo', { note: 'Expect: 100-continue', body: 'continued', expectContinue: true }),
  verb('POST', '/nowhere', {
    note: 'Expect: 100-continue on an unknown path',
    body: 'x',
    expectContinue: true,
  }),
  verb('POST', '/framing', { note: 'chunked', chunks: ['12345'], headers: [['Content-Type', text]] }),
  post('/framing', '12345', text),
  post('/sum', allBytes, 'application/octet-stream'),
  post('/numbers', JSON.stringify({ x: Array.from({ length: 100_000 }, (_, i) => i) }), 'application/json', {
    note: '600 kB of JSON',
  }),
  get('/large'),
  get('/large?n=65536'),
  get('/large-raw'),
  get('/large-json'),
  get('/empty'),
  get('/nothing'),
  get('/hello', { note: 'gzip accepted', ...gzip }),
  get('/large', { note: 'gzip accepted', ...gzip }),
  get('/empty', { note: 'gzip accepted', ...gzip }),
  get('/nothing', { note: 'gzip accepted', ...gzip }),
  get('/nowhere', { note: 'gzip accepted', ...gzip }),
  get('/hello', { note: 'gzip among others', headers: [['Accept-Encoding', 'br, gzip;q=0.5, *']] }),
  get('/hello', { note: 'gzip refused by weight', headers: [['Accept-Encoding', 'gzip;q=0']] }),
  get('/hello', { note: 'only identity accepted', headers: [['Accept-Encoding', 'identity']] }),
  get('/hello', { note: 'deflate and brotli', headers: [['Accept-Encoding', 'deflate, br']] }),
  get('/gzip-already'),
  get('/gzip-already', { note: 'gzip accepted', ...gzip }),
  get('/own-headers', {
    headers: [
      ['X-Repeated', '1'],
      ['X-Repeated', '2'],
      ['X-Repeated', '3'],
    ],
  }),
  get('/own-headers', { note: 'a long header', headers: [['X-Long', 'x'.repeat(4000)]] }),
  get('/own-headers', {
    note: 'fifty headers',
    headers: Array.from({ length: 50 }, (_, i) => [`X-H${i}`, String(i)] as const),
  }),
  head('/headed'),
  get('/headed'),
  ...['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'MKCOL', 'REPORT'].map(
    (method) => verb(method, '/verb'),
  ),
  get('/hello', { note: 'HTTP/1.0', version: '1.0' }),
  get('/hello', { note: 'HTTP/1.0 with a host', version: '1.0', headers: [['Host', 'api.example']] }),
  post('/echo', 'old', text, { note: 'HTTP/1.0', version: '1.0' }),
  get('/hello', {
    note: 'two on one connection',
    raw: lines(
      'GET /hello HTTP/1.1',
      'Host: a',
      '',
      'GET /nowhere HTTP/1.1',
      'Host: a',
      'Connection: close',
      '',
    ),
    answers: ['GET', 'GET'],
  }),
  post('/echo', '', undefined, {
    note: 'three on one connection, with bodies',
    raw:
      lines('POST /echo HTTP/1.1', 'Host: a', 'Content-Length: 3', '') +
      'one' +
      lines('GET /hello HTTP/1.1', 'Host: a', '') +
      lines('POST /echo HTTP/1.1', 'Host: a', 'Content-Length: 3', 'Connection: close', '') +
      'two',
    answers: ['POST', 'GET', 'POST'],
  }),
  get('/hello', {
    note: 'line feeds without carriage returns',
    raw: 'GET /hello HTTP/1.1\nHost: a\nConnection: close\n\n',
    answers: ['GET'],
  }),
  get('/hello', {
    note: 'blank lines before the request',
    raw: `\r\n\r\n${lines('GET /hello HTTP/1.1', 'Host: a', 'Connection: close', '')}`,
    answers: ['GET'],
  }),
  get('/hello', {
    note: 'no host in HTTP/1.1',
    raw: lines('GET /hello HTTP/1.1', 'Connection: close', ''),
    answers: ['GET'],
  }),
  get('/own-headers', {
    note: 'no space after the colon',
    raw: lines('GET /own-headers HTTP/1.1', 'Host:a', 'X-Tight:1', 'Connection:close', ''),
    answers: ['GET'],
  }),
  post('/echo', '', undefined, {
    note: 'chunk extensions and trailers',
    raw:
      lines('POST /echo HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', 'Connection: close', '') +
      lines('3;name=value', 'abc', '0', 'X-Trailer: t', ''),
    answers: ['POST'],
  }),
];
