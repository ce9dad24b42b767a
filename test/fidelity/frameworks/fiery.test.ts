import { type Ask, get, head, post, postJson, verb } from '../ask.js';
import { fidelity } from '../fidelity.js';
import { replacing } from '../normalise.js';

const clientId = replacing(/fiery_id=[0-9a-f]+/g, 'fiery_id=ID', 'the id of a client is drawn at random');

const asks: readonly Ask[] = [
  ...['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => verb(method, '/method')),
  head('/method'),
  get('/query'),
  get('/query?a=1&b=two'),
  get('/query?a=1&a=2&c=%20x'),
  post('/echo', 'the body', 'text/plain'),
  post('/echo', Buffer.from([0, 1, 2, 255]), 'application/octet-stream', { note: 'bytes' }),
  post('/echo', 'x'.repeat(100_000), 'text/plain', { note: 'large' }),
  post('/echo', '', 'text/plain', { note: 'empty' }),
  postJson('/json', '{"a":1,"b":[1,2]}'),
  postJson('/json', '{broken'),
  post('/json', 'a=1', 'application/x-www-form-urlencoded'),
  get('/header', { headers: [['X-Test', 'one']] }),
  get('/header', {
    note: 'twice',
    headers: [
      ['X-Test', 'one'],
      ['X-Test', 'two'],
    ],
  }),
  get('/header', { note: 'without it' }),
  get('/cookie'),
  get('/cookie', { note: 'with cookies', headers: [['Cookie', 'a=1; b=2']] }),
  get('/args'),
  get('/file'),
  head('/file'),
  get('/fails'),
  get('/problem'),
  get('/problem', { note: 'json', headers: [['Accept', 'application/json']] }),
  get('/status'),
  get('/none'),
  get('/promise'),
  get('/compressed'),
  get('/compressed', { note: 'gzip', headers: [['Accept-Encoding', 'gzip']] }),
  get('/too-large'),
  post('/too-large', 'x'.repeat(1000), 'text/plain'),
  get('/nowhere'),
  get('/static/data.csv'),
  head('/static/data.csv'),
  get('/static/style.css'),
  get('/static/'),
  get('/static/nothing'),
  get('/static/sub/note.txt'),
  verb('DELETE', '/static/data.csv'),
];

fidelity(
  'httpuv/fiery.R',
  { engine: 'httpuv' },
  asks.map((ask) => ({ ...ask, normalise: [clientId] })),
);
