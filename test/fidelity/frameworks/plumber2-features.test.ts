import { type Ask, get, postJson, verb } from '../ask.js';
import { fidelity } from '../fidelity.js';
import { ownPort, replacing } from '../normalise.js';

const clientId = replacing(/fiery_id=[0-9a-f]+/g, 'fiery_id=ID', 'the id of a client is drawn at random');
const authorization = (credentials: string): [string, string] => [
  'Authorization',
  `Basic ${Buffer.from(credentials).toString('base64')}`,
];
const ada = authorization('ada:secret');
const key: [string, string] = ['X-Key', 'open-sesame'];
const origin = (value: string): [string, string] => ['Origin', value];

const rendered = replacing(/last-modified: .*/g, 'last-modified: TIME', 'each server renders its own report');

const normalised = (asks: readonly Ask[]) =>
  asks.map((ask) => ({ ...ask, normalise: [clientId, rendered, ownPort] }));

fidelity(
  'httpuv/plumber2-features.R',
  { engine: 'httpuv' },
  normalised([
    get('/visits', { jar: 'visitor' }),
    get('/visits', { note: 'again', jar: 'visitor' }),
    get('/visits', { note: 'a third time', jar: 'visitor' }),
    get('/visits', { note: 'without a cookie' }),
    get('/total'),
    get('/total', { note: 'again' }),
    ...['/private', '/either', '/both'].flatMap((path) => [
      get(path),
      get(path, { note: 'password', headers: [ada] }),
      get(path, { note: 'wrong password', headers: [authorization('ada:wrong')] }),
      get(path, { note: 'key', headers: [key] }),
      get(path, { note: 'both', headers: [ada, key] }),
      get(path, { note: 'broken', headers: [['Authorization', 'Basic !']] }),
    ]),
    get('/shared', { note: 'trusted', headers: [origin('https://trusted.example')] }),
    get('/shared', { note: 'untrusted', headers: [origin('https://other.example')] }),
    verb('OPTIONS', '/shared', {
      note: 'preflight',
      headers: [origin('https://trusted.example'), ['Access-Control-Request-Method', 'GET']],
    }),
    get('/download'),
    get('/openapi.json'),
  ]),
);

// They start an R process for each request.
fidelity(
  'httpuv/plumber2-elsewhere.R',
  // Reports are rendered next to their source.
  { engine: 'httpuv', ownFolder: true },
  normalised([
    get('/async/3'),
    get('/async/x'),
    get('/fails'),
    postJson('/sum', '{"x":[1,2,3]}'),
    postJson('/sum', '{"y":1}'),
    get('/report'),
    get('/report/md_document'),
    get('/report.md'),
    get('/report/md_document?rows=3'),
    get('/report/md_document?rows=x'),
    verb('DELETE', '/report'),
    get('/report/html_document'),
    get('/openapi.json'),
  ]),
);
