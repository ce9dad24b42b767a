import { type Ask, get, post, postJson, verb } from '../ask.js';
import { ownPort } from '../normalise.js';

export const request: readonly Ask[] = [
  get('/fields', { normalise: [ownPort] }),
  get('/fields?a=1&b=%20x', { normalise: [ownPort] }),
  get('/fields?', { normalise: [ownPort] }),
  postJson('/fields', '{"a":1}', { normalise: [ownPort] }),
  get('/fields', { note: 'another host', headers: [['Host', 'other.example:8443']], normalise: [ownPort] }),
  get('/fields', { note: 'an address as host', headers: [['Host', '[::1]:80']], normalise: [ownPort] }),
  get('/fields', { note: 'HTTP/1.0 without a host', version: '1.0', normalise: [ownPort] }),
  get('/names'),
  get('/names', { note: 'with a header', headers: [['X-Own-Header', '1']] }),
  get('/classes'),
  get('/headers', {
    headers: [
      ['X-One', 'a'],
      ['x-two', 'b'],
      ['Accept', '*/*'],
    ],
  }),
  get('/headers', {
    note: 'a header twice',
    headers: [
      ['X-One', 'a'],
      ['X-One', 'b'],
    ],
  }),
  get('/headers', {
    note: 'a header in two cases',
    headers: [
      ['X-One', 'a'],
      ['x-one', 'b'],
    ],
  }),
  get('/headers', { note: 'an empty header', headers: [['X-Empty', '']] }),
  get('/headers', { note: 'whitespace around a value', headers: [['X-Blank', '  a b\t ']] }),
  get('/headers', {
    note: 'a value in UTF-8 bytes',
    headers: [['X-Text', Buffer.from('é').toString('latin1')]],
  }),
  get('/headers', {
    note: 'underscores',
    headers: [
      ['X_Under', 'u'],
      ['X-Under', 'd'],
    ],
  }),
  get('/headers', {
    note: 'accept twice',
    headers: [
      ['Accept', 'a/b'],
      ['Accept', 'c/d'],
    ],
  }),
  get('/headers', {
    note: 'user agent twice',
    headers: [
      ['User-Agent', 'a'],
      ['User-Agent', 'b'],
    ],
  }),
  get('/headers', { note: 'authorization', headers: [['Authorization', 'Basic dTpw']] }),
  get('/header-names', {
    headers: [
      ['B-Second', '1'],
      ['A-First', '2'],
    ],
  }),
  get('/http', {
    headers: [
      ['X-One', 'a'],
      ['Accept-Language', 'de, en;q=0.5'],
      ['Referer', 'http://r.example/'],
    ],
  }),
  get('/http', { note: 'cookies', headers: [['Cookie', 'a=1; b=2']] }),
  postJson('/bodies', '{"a":1}'),
  post('/bodies', 'line one\nline two\n', 'text/plain', { note: 'two lines' }),
  post('/bodies', 'line one\r\nline two', 'text/plain', { note: 'carriage returns' }),
  post('/bodies', '', 'text/plain', { note: 'empty' }),
  verb('POST', '/bodies', { note: 'no body at all' }),
  postJson('/lazy-post', '{"a":"é"}'),
  post('/rook', 'as sent', 'text/plain'),
  get('/cookies', { headers: [['Cookie', 'a=1; b=two words; c=%20x%3D']] }),
  get('/cookies', { note: 'none' }),
  get('/cookies', {
    note: 'two headers',
    headers: [
      ['Cookie', 'a=1'],
      ['Cookie', 'b=2'],
    ],
  }),
  get('/cookies', { note: 'unusual ones', headers: [['Cookie', 'a=1;b=2; ;=x; c; d=; a=3']] }),
  get('/cookies', { note: 'quotes and equals signs', headers: [['Cookie', 'a="q"; b=x=y==']] }),
  get('/own-field'),
  get('/agent', { headers: [['User-Agent', 'test/1.0']] }),
  get('/agent', { note: 'none' }),
  get('/absent'),
  get('/router'),
  get('/version'),
  get('/working-directory'),
  get('/relative-file'),
];
