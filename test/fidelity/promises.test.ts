import { type Ask, get, head, post, postJson, verb } from './ask.js';
import { fidelityOfSome } from './fidelity.js';
import { replacing } from './normalise.js';

const fidelity = fidelityOfSome(2);

const together = 16;

/** The same question with other request headers, which say what the filters, hooks or error handlers do. */
const told = (ask: Ask, headers: Record<string, string>): Ask => ({
  ...ask,
  note: [ask.note, ...Object.entries(headers).map(([name, value]) => `${name} ${value}`)]
    .filter(Boolean)
    .join(', '),
  headers: [
    ...(ask.headers ?? []),
    ...Object.entries(headers).map(([name, value]): [string, string] => [`X-${name}`, value]),
  ],
});

const gets = (...paths: readonly string[]): Ask[] => paths.map((path) => get(path));

fidelity('promises/handlers.R', { together }, [
  ...gets(
    '/resolved',
    '/delayed',
    '/delayed?x=y',
    '/formula',
    '/nested',
    '/nested-later',
    '/nested-rejection',
  ),
  ...gets('/rejected-with-promise', '/resolve-twice', '/throws-in-executor', '/chained', '/both-callbacks'),
  ...gets(
    '/callback-without-arguments',
    '/invisible',
    '/null',
    '/na',
    '/empty',
    '/frame',
    '/factor',
    '/times',
  ),
  ...gets('/matrix', '/long', '/function', '/two-in-a-row', '/not-waited-for', '/slow', '/fast'),

  ...gets('/rejected', '/rejected-later', '/rejected-condition', '/rejected-with-call', '/rejected-null'),
  ...gets('/rejected-number', '/rejected-list', '/rejected-strings'),
  ...gets('/rejected-own-error', '/throws-at-once', '/throws-later'),
  ...gets(
    '/throws-later-without-call',
    '/throws-in-pipe',
    '/throws-in-catch',
    '/throws-in-helper',
    '/caught',
  ),
  ...gets('/caught-by-pipe', '/caught-tee', '/caught-own-class', '/conversion', '/warning-as-error'),
  ...gets('/no-such-object', '/no-such-function', '/missing-argument', '/missing-argument?a=1', '/cycle'),

  ...gets('/finally', '/finally-rejected', '/finally-throws', '/finally-order', '/on-exit', '/on-exit-later'),
  ...gets('/all', '/all-named', '/all-listed', '/all-listed?n=0', '/all-rejected', '/all-with-null'),
  ...gets('/all-half-named', '/race', '/race-rejected', '/map', '/map-rejected', '/reduce', '/shared'),
  ...gets(
    '/future',
    '/future?n=10',
    '/future-fails',
    '/future-itself',
    '/future-itself-fails',
    '/future-piped',
  ),

  ...gets(
    '/text',
    '/unboxed',
    '/unboxed-rejected',
    '/csv',
    '/html',
    '/digits',
    '/content-type',
    '/text-of-list',
  ),
  ...gets('/png', '/png-twice', '/png-twice?colour=green', '/png-without-plot'),
  ...gets('/png-rejected', '/svg'),

  ...gets(
    '/path/anna',
    '/path/%C3%A9',
    '/typed/3/1.5/TRUE',
    '/typed/x/1.5/TRUE',
    '/query',
    '/query?a=1&a=2&b=x',
  ),
  ...gets('/dots?a=1&b=2'),
  postJson('/body', '{"a":[1,2],"b":{"c":null}}'),
  postJson('/body', '{"a":'),
  postJson('/body', '{}'),
  post('/body', 'a=1&b=x', 'application/x-www-form-urlencoded', { note: 'form' }),
  post('/body?b=query', '{"a":1}', 'application/json'),
  postJson('/body-rejected', '{"a":1}'),
  post('/raw', Buffer.from([0, 1, 2, 255]), 'application/octet-stream'),
  post(
    '/upload',
    '--b\r\nContent-Disposition: form-data; name="note"\r\nContent-Type: text/plain\r\n\r\ntext\r\n--b--\r\n',
    'multipart/form-data; boundary=b',
  ),

  get('/request/7?q=1', { headers: [['Cookie', 'kind=oat']] }),
  postJson('/request/8', '{"a":1}'),
  ...gets('/request-changed', '/current-request', '/current-request/at-once', '/current-request/unasked'),
  ...gets('/current-request/nested?q=1', '/current-request/in-later', '/current-request/in-catch'),
  ...gets('/current-request/in-finally'),

  ...gets('/status', '/status-before', '/no-content', '/not-modified', '/status-then-rejected'),
  ...gets('/status-then-throws', '/header', '/cookie', '/res', '/res-with-status', '/res-raw'),
  get('/cookie-removed', { headers: [['Cookie', 'flavour=oat; other=1']] }),
  ...gets('/to-response', '/body-but-value', '/serializer-later', '/serializer-text-later'),
  ...gets('/file', '/file-as-text', '/file-missing', '/attachment', '/owned-file', '/file-body'),

  ...gets('/domain', '/domain-request', '/domain-replaced'),
  ...gets('/forward', '/forward/at-once', '/forward/hidden', '/forward/hidden-res', '/forward/in-later'),
  ...gets('/forward/then-throws', '/time-limit', '/time-limit-later', '/output', '/run-now', '/folder'),

  ...['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'].map((method) => verb(method, '/delayed')),
  head('/head'),
  get('/head'),
  verb('OPTIONS', '/options'),
  verb('POST', '/rejected'),
  get('/nowhere'),
]);

const endings = ['end-later', 'end-null', 'end-status', 'end-res', 'end-serializer'];
const failures = ['reject', 'reject-null', 'reject-number', 'reject-status', 'throw', 'throw-later'];
const forwards = [
  'forward-later',
  'forward-hidden',
  'forward-before',
  'forward-in-catch',
  'forward-in-finally',
  'forward-in-all',
  'forward-in-later',
  'forward-nested',
  'forward-then-throw',
  'forward-at-race',
];
const changes = ['set', 'status', 'path', 'path-unknown', 'method', 'current'];

fidelity('promises/filters.R', { together, sameInBothLanes: true }, [
  ...gets(
    '/value',
    '/later',
    '/seen',
    '/stop',
    '/rejects',
    '/unboxed',
    '/forward',
    '/preempts',
    '/between',
    '/twice',
  ),
  ...[...endings, ...failures, ...forwards, ...changes].flatMap((what) => [
    told(get('/later'), { First: what }),
    // plumber never sends what the serializer of the second filter makes of NULL.
    ...(what === 'end-null' ? [] : [told(get('/value'), { Second: what })]),
  ]),
  ...['forward-later', 'set', 'throw-later'].flatMap((first) =>
    ['forward-later', 'forward-before', 'set', 'end-later', 'reject', 'path'].map((second) =>
      told(get('/seen'), { First: first, Second: second }),
    ),
  ),
  ...['/stop', '/rejects', '/unboxed', '/forward', '/preempts', '/between', '/twice', '/nowhere'].map(
    (path) => told(get(path), { First: 'set', Second: 'forward-later' }),
  ),
  told(get('/seen-later/7?q=1'), { First: 'set' }),
  told(postJson('/seen-later/8', '{"a":1}'), { Second: 'set' }),
  told(get('/twice'), { First: 'end-later' }),
  told(get('/twice'), { Second: 'reject' }),
  told(get('/between'), { First: 'reject' }),
  ...['POST', 'PUT', 'HEAD', 'OPTIONS'].flatMap((method) => [
    told(verb(method, '/value'), { First: 'forward-later' }),
    told(verb(method, '/later'), { First: 'forward-later', Second: 'set' }),
  ]),
]);

const hooked = [
  'resolve',
  'change',
  'null',
  'reject',
  'reject-null',
  'throw',
  'throw-later',
  'catch-throw',
  'finally',
];
const stages = ['Preroute', 'Postroute', 'Preserialize', 'Postserialize'];
const encrypted = replacing(/(set-cookie: state=)[^;]+/g, '$1ENCRYPTED', 'each encryption has its own nonce');

fidelity('promises/hooks.R', { together, sameInBothLanes: true }, [
  ...gets('/value', '/later', '/list', '/seen', '/stop', '/throws-later', '/res', '/current'),
  ...stages.flatMap((stage) => [
    ...[...hooked, 'change-at-once', 'forward'].map((what) => told(get('/value'), { [stage]: what })),
    ...['change', 'reject'].flatMap((what) =>
      ['/later', '/list', '/throws-later', '/res', '/nowhere', '/stop'].map((path) =>
        told(get(path), { [stage]: what }),
      ),
    ),
  ]),
  told(get('/seen'), { Preroute: 'change' }),
  told(postJson('/seen', '{"a":1}'), { Preroute: 'change' }),
  told(get('/current'), { Preroute: 'change' }),
  told(get('/value'), { Path: '/later' }),
  told(get('/value'), { Path: '/nowhere' }),
  told(get('/nowhere'), { Path: '/seen' }),
  told(get('/value'), { Status: '202' }),
  told(get('/later'), { Status: '204' }),
  told(get('/later'), { Ignored: 'yes' }),
  told(get('/later'), Object.fromEntries(stages.map((stage) => [stage, 'change']))),
  told(get('/value'), Object.fromEntries(stages.map((stage) => [stage, 'resolve']))),
  told(get('/throws-later'), Object.fromEntries(stages.map((stage) => [stage, 'resolve']))),
  told(get('/later'), { Preroute: 'resolve', Postroute: 'reject' }),
  told(get('/later'), { Postroute: 'change', Preserialize: 'reject' }),
  told(verb('POST', '/value'), { Preroute: 'resolve' }),
  told(verb('HEAD', '/value'), { Preroute: 'resolve', Postroute: 'change' }),

  ...gets(
    '/serializer/later',
    '/serializer/later-after-later',
    '/serializer/rejects',
    '/serializer/rejects-null',
  ),
  ...gets('/serializer/throws'),
  told(get('/serializer/later'), { Preserialize: 'change', Postserialize: 'change' }),

  ...gets(
    '/pre',
    '/pre?a=1',
    '/pre/rejects',
    '/pre/rejects-null',
    '/pre/throws',
    '/pre/args',
    '/post',
    '/post/later',
  ),
  ...gets(
    '/post/both',
    '/post/rejects',
    '/post/after-rejection',
    '/post/unvalued',
    '/around',
    '/around/later?a=1',
  ),
  ...gets('/around/rejects', '/around/catches', '/around/instead', '/all'),

  get('/session', { normalise: [encrypted] }),
  get('/session', {
    note: 'with preroute later',
    headers: [['X-Preroute', 'change']],
    normalise: [encrypted],
  }),
  get('/session-ended', { headers: [['Cookie', 'state=unreadable']] }),
]);

const handled = ['', 'later', 'res', 'throw', 'throw-once', 'reject-once', 'forward', 'forward-at-once'];
const missing = ['', 'later', 'res', 'reject', 'throw', 'throw-later', 'forward'];
const passing = ['later', 'before', 'end', 'reject', 'throw', 'set'];
const mounted = [
  ...['value', 'later', 'stop', 'rejects', 'rejects-null', 'throws-later', 'forward', 'forward-hidden'],
  ...[
    'forward-at-once',
    'forward-before',
    'forwarded',
    'claimed',
    'res',
    'text',
    'current',
    'png',
    'nowhere',
    'rest',
  ],
];

fidelity('promises/mounts.R', { together }, [
  ...gets('/value', '/later', '/rejects-null', '/rejects-number', '/throws-in-catch', '/rejects-with-status'),
  ...gets('/forward', '/rest/rest', '/rest/nowhere', '/rest/one/rest'),
  ...handled.flatMap((what) => [
    told(get('/stop'), { 'Error-Root': what }),
    told(get('/rejects'), { 'Error-Root': what }),
    told(get('/throws-later'), { 'Error-Root': what, Outer: 'later' }),
    told(get('/one/stop'), { 'Error-One': what }),
    told(get('/one/rejects'), { 'Error-One': what, One: 'later' }),
    told(get('/one/two/throws-later'), { 'Error-Two': what, Outer: 'later', Two: 'later' }),
  ]),
  ...missing.flatMap((what) => [
    told(get('/nowhere'), { 404: what }),
    told(get('/nowhere'), { 404: what, Outer: 'later' }),
    told(get('/one/nowhere'), { 404: what }),
    told(get('/one/forward'), { 404: what }),
    told(get('/one/two/nowhere'), { 404: what, One: 'later' }),
    told(get('/rest/nowhere'), { 404: what }),
  ]),
  ...mounted.flatMap((name) => [get(`/one/${name}`), get(`/on/${name}`), get(`/one/two/${name}`)]),
  ...mounted.map((name) => told(get(`/one/two/${name}`), { Outer: 'set', One: 'set', Two: 'set' })),
  ...passing.flatMap((what) => [
    told(get('/later'), { Outer: what }),
    told(get('/one/later'), { Outer: what }),
    told(get('/one/later'), { One: what }),
    told(get('/one/value'), { One: what }),
    told(get('/one/two/later'), { One: what }),
    told(get('/one/two/value'), { Two: what }),
    told(get('/one/nowhere'), { One: what }),
    told(get('/one/two/nowhere'), { Two: what }),
  ]),
  told(get('/later'), { Outer: 'path', Path: '/one/later' }),
  told(get('/one/later'), { Outer: 'path', Path: '/later' }),
  told(get('/one/later'), { One: 'path', Path: '/two/later' }),
  told(get('/one/two/later'), { Two: 'path', Path: '/nowhere' }),
  told(get('/one/seen/7?q=1'), { Outer: 'set', One: 'set' }),
  told(postJson('/one/two/seen/8', '{"a":1}'), { Two: 'set' }),
  ...['', 'throw', 'throw-once', 'forward-at-once'].map((what) =>
    told(get('/serializer-rejects'), { 'Error-Root': what }),
  ),
  told(get('/one/rejects'), { 'Error-One': 'reject-once', 'Error-Root': 'later' }),
  told(get('/one/two/rejects'), { 'Error-Two': 'throw', 'Error-One': 'reject-once', 'Error-Root': 'later' }),
  told(get('/one/two/stop'), { 'Error-Two': 'throw', 'Error-One': 'throw', 'Error-Root': 'throw-once' }),
  ...['POST', 'HEAD', 'OPTIONS'].flatMap((method) => [
    told(verb(method, '/one/later'), { Outer: 'later', One: 'later' }),
    told(verb(method, '/later'), { Outer: 'later' }),
  ]),
]);
