import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKey } from '../../src/key-file.js';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { replaceFile } from '../support/replace-file.js';
import { fixtureApp, runCli, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-access-'));
const keyFile = join(folder, 'keys.txt');
const [reporting, other] = [newKey('reporting', undefined), newKey('other', undefined)];
const [expired, added] = [newKey('reporting', '2020-01-01'), newKey('added', '2999-01-01')];
const issuer = 'https://issuer.example';
const [first, second, stranger] = await Promise.all([1, 2, 3].map(() => generateKeyPair('RS256')));

/** The keys that the issuer publishes. */
let published: object[] = [];
let reachable = true;
const issuerServer = createServer((_, response) => {
  response.statusCode = reachable ? 200 : 503;
  response.end(JSON.stringify({ keys: published }));
});

let app: ServedApp;

const publicKey = async ({ publicKey }: { publicKey: CryptoKey }, kid: string): Promise<object> => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg: 'RS256',
});

const rules = (port: number) => `
access:
  keys: keys.txt
  tokens:
    issuer: ${issuer}
    audience: my-api
    jwks: http://127.0.0.1:${port}/jwks
    leeway: 5s
    refresh: 1s
rules:
  - path: /seen
    allow: anyone
  - path: /reports/secret
    allow: nobody
  - path: /reports/*
    methods: [GET]
    allow: [key]
    names: [reporting]
  - path: /who
    allow: [key, token]
    headers: {X-Frame-Options: DENY, Cache-Control: no-store}
  - path: /echo
    methods: [POST]
    allow: token
    scopes: [write]
  - path: /cookies
    cors: {origins: [https://app.example], credentials: true, max-age: 10m, expose: [X-Request-Id]}
    headers: {X-Frame-Options: DENY}
  - path: /sleep
    allow: [key]
    per-key: 2/h
  - path: /limited
    per-address: 3/h
  - path: /report.csv
    allow: [key]
  - path: /v1.0/*
    allow: [key]
  - path: /files/index.html
    allow: [key]
  - path: /options
    methods: [GET, OPTIONS]
    allow: [key]
  - path: /reports/caf%C3%A9
    allow: nobody
`;

beforeAll(async () => {
  writeFileSync(keyFile, `# who may ask\n${reporting.line}\n${expired.line}\n${other.line}\n`);
  published = [await publicKey(first!, 'first')];
  await new Promise<void>((done) => issuerServer.listen(0, '127.0.0.1', done));
  const config = join(folder, 'penstock.yaml');
  writeFileSync(config, rules((issuerServer.address() as AddressInfo).port));
  app = await serve(fixtureApp('guarded.R'), { workers: 1, flags: ['--config', config] });
});

afterAll(async () => {
  await app?.stop();
  issuerServer.close();
  rmSync(folder, { recursive: true });
});

interface Claims {
  readonly [name: string]: unknown;
}

const now = () => Math.floor(Date.now() / 1000);

function token(
  claims: Claims = {},
  {
    key = first!.privateKey,
    kid = 'first',
    alg = 'RS256',
  }: { key?: CryptoKey; kid?: string; alg?: string } = {},
): Promise<string> {
  const good = { iss: issuer, aud: 'my-api', sub: 'alice', exp: now() + 60, ...claims };
  return new SignJWT(good).setProtectedHeader({ alg, kid }).sign(key);
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const good = { iss: issuer, aud: 'my-api', sub: 'alice', exp: now() + 600, scope: 'write' };

/** A token that an attacker can forge from the published keys. */
async function forged(header: object): Promise<string> {
  const text = `${encoded(header)}.${encoded(good)}`;
  const key = JSON.stringify(published[0]);
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

const bearer = (text: string) => ({ Authorization: `Bearer ${text}` });
const apiKey = (text: string) => ({ 'X-API-Key': text });

async function ask(
  path: string,
  headers: Record<string, string> = {},
  init: RequestInit = {},
): Promise<number> {
  const response = await fetch(app.url + path, { headers, ...init });
  await response.arrayBuffer();
  return response.status;
}

async function seen(): Promise<number> {
  return Number(await (await fetch(`${app.url}/seen`)).text());
}

/** A description, the request, its headers and the expected status. */
type Row = [string, string, () => Promise<Record<string, string>> | Record<string, string>, number];

const changed = (key: string) => key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');

describe('access rules', () => {
  const matrix: Row[] = [
    ['a path that allows anyone, without credentials', 'GET /seen', () => ({}), 200],
    ['a path without a rule, without credentials', 'GET /echo', () => ({}), 200],
    ['a path that allows nobody, with a valid key', 'GET /reports/secret', () => apiKey(reporting.key), 403],
    ['a key that the rule names', 'GET /reports/a', () => apiKey(reporting.key), 200],
    ['the same key as a bearer token', 'GET /reports/a', () => bearer(reporting.key), 200],
    [
      'the same key in the header format of Posit Connect',
      'GET /reports/a',
      () => ({ Authorization: `Key ${reporting.key}` }),
      200,
    ],
    ['a valid key that the rule does not name', 'GET /reports/a', () => apiKey(other.key), 403],
    ['an expired key', 'GET /reports/a', () => apiKey(expired.key), 401],
    ['no key', 'GET /reports/a', () => ({}), 401],
    ['a key with a changed last character', 'GET /reports/a', () => apiKey(changed(reporting.key)), 401],
    ['the digest instead of the key', 'GET /reports/a', () => apiKey(reporting.line.split(':')[1]!), 401],
    ['the name instead of the key', 'GET /reports/a', () => apiKey('reporting'), 401],
    ['two keys in one header', 'GET /reports/a', () => apiKey(`${reporting.key}, ${other.key}`), 401],
    ['a key in the URL', `GET /reports/a?X-API-Key=${reporting.key}`, () => ({}), 401],
    ['a token where only keys are accepted', 'GET /reports/a', async () => bearer(await token()), 401],
    ['a method that the rule does not cover', 'POST /reports/a', () => ({}), 200],
    ['a valid token', 'GET /who', async () => bearer(await token()), 200],
    ['a key where keys and tokens are accepted', 'GET /who', () => apiKey(other.key), 200],
    ['no credentials where keys and tokens are accepted', 'GET /who', () => ({}), 401],
    ['an expired token', 'GET /who', async () => bearer(await token({ exp: now() - 10 })), 401],
    [
      'a token that expired within the leeway',
      'GET /who',
      async () => bearer(await token({ exp: now() - 2 })),
      200,
    ],
    ['a token without an expiry', 'GET /who', async () => bearer(await token({ exp: undefined })), 401],
    ['a token that is not valid yet', 'GET /who', async () => bearer(await token({ nbf: now() + 30 })), 401],
    [
      'a token from another issuer',
      'GET /who',
      async () => bearer(await token({ iss: 'https://issuer.example.org' })),
      401,
    ],
    ['a token for another audience', 'GET /who', async () => bearer(await token({ aud: 'their-api' })), 401],
    [
      'a token for several audiences, including this API',
      'GET /who',
      async () => bearer(await token({ aud: ['their-api', 'my-api'] })),
      200,
    ],
    [
      'a token signed with a key that the issuer did not publish',
      'GET /who',
      async () => bearer(await token({}, { key: stranger!.privateKey })),
      401,
    ],
    [
      'a token with an unknown key ID',
      'GET /who',
      async () => bearer(await token({}, { kid: 'unknown', key: stranger!.privateKey })),
      401,
    ],
    [
      'a token without a signature',
      'GET /who',
      () => bearer(`${encoded({ alg: 'none' })}.${encoded(good)}.`),
      401,
    ],
    [
      'a token with `alg: None`',
      'GET /who',
      async () => bearer(await forged({ alg: 'None', kid: 'first' })),
      401,
    ],
    [
      'a token signed with the public key',
      'GET /who',
      async () => bearer(await forged({ alg: 'HS256', kid: 'first' })),
      401,
    ],
    [
      'a token that contains its own key',
      'GET /who',
      async () => bearer(await forged({ alg: 'RS256', jwk: published[0] })),
      401,
    ],
    [
      'a token with claims changed after signing',
      'GET /who',
      async () => bearer((await token()).replace(/\.[^.]+\./, `.${encoded(good)}.`)),
      401,
    ],
    ['a token whose subject is a number', 'GET /who', async () => bearer(await token({ sub: 42 })), 401],
    ['a malformed token', 'GET /who', () => bearer('a.b.c'), 401],
    [
      'a token under another authentication scheme',
      'GET /who',
      async () => ({ Authorization: `Basic ${await token()}` }),
      401,
    ],
    [
      'a token with the required scope',
      'POST /echo',
      async () => bearer(await token({ scope: 'read write' })),
      200,
    ],
    ['a token with another scope', 'POST /echo', async () => bearer(await token({ scope: 'writer' })), 403],
    ['a token without scopes', 'POST /echo', async () => bearer(await token()), 403],
    [
      'a route whose path the key may use, written as plumber also matches it',
      'GET /report-csv',
      () => apiKey(other.key),
      200,
    ],
    ['a file that no rule is for', 'GET /files/table.csv', () => ({}), 200],
    [
      'an OPTIONS request that is no preflight of a rule with `cors`',
      'OPTIONS /options',
      () => apiKey(other.key),
      200,
    ],
    ['a key where only tokens are accepted', 'POST /echo', () => apiKey(other.key), 401],
  ];

  test.each(matrix)('%s', async (_, request, headers, status) => {
    const before = await seen();
    const [method = '', path = ''] = request.split(' ');
    expect(await ask(path, await headers(), { method })).toBe(status);
    // Rejected requests do not reach R.
    expect(await seen()).toBe(before + (status === 200 ? 2 : 1));
  });

  test.each([
    '/reports/secret/',
    '/reports//secret',
    '//reports/secret',
    '/reports/./secret',
    '/reports/x/../secret',
    '/x/../reports/secret',
    '/reports/%73ecret',
    '/%72eports/secret',
    '/reports%2Fsecret',
    '/reports\\secret',
    '/reports/%2e%2e/reports/secret',
    '/reports/secret?x=/../../seen',
    '/seen/../reports/secret',
    '/seen/%2e%2e/reports/secret',
    '/report.csv',
    '/report-csv',
    '/reportXcsv/',
    '/report%2Ecsv',
    '/v1_0/secret.txt',
    '/v1.0/secret-txt',
    '/v1.0/secretXtxt',
    '/v1.0//secret.txt',
    '/files/',
    '/files/index.html',
    '/files/%69ndex.html',
    '/files/x/../index.html',
    '/files//index.html',
    '/reports/caf%c3%a9',
    'http://elsewhere/report-csv',
    'HTTP://elsewhere/files/',
    'http://elsewhere/reports/secret',
    'http://elsewhere/seen/../reports/secret',
  ])('does not serve %s without credentials', async (path) => {
    const before = await seen();
    const client = await RawClient.open(app.port);
    const answer = await client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`).closed;
    expect([401, 403, 404]).toContain(statusesIn(answer)[0]);
    expect(answer).not.toContain('guarded index');
    if (statusesIn(answer)[0] !== 404) expect(await seen()).toBe(before + 1);
  });

  test('does not take an OPTIONS request for a preflight if no rule has `cors` for it', async () => {
    const before = await seen();
    for (const asked of ['PUT', 'GET', 'NONE']) {
      const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': asked };
      expect(await ask('/options', headers, { method: 'OPTIONS' })).toBe(401);
    }
    expect(await seen()).toBe(before + 1);
  });

  test('rejects a second Authorization header, of which R would get both', async () => {
    const client = await RawClient.open(app.port);
    const lines = [
      'GET /who HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${await token()}`,
      'Authorization: forged',
    ];
    const answer = await client.send(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`).closed;
    expect(statusesIn(answer)).toEqual([400]);
  });

  test('R gets a header only by one of the spellings that it cannot tell apart', async () => {
    const headers = {
      ...apiKey(other.key),
      X_Remote_User: 'forged',
      'X-Remote-User': 'alice',
      X_Alone: 'stays',
    };
    const answer = await fetch(`${app.url}/who`, { headers });
    const { headers: passed } = (await answer.json()) as { headers: Record<string, string> };
    expect(passed).toMatchObject({ 'x-remote-user': 'alice', x_alone: 'stays' });
    expect(JSON.stringify(passed)).not.toContain('forged');
  });

  test('warns of rules that no route matches', () => {
    const warnings = app.entries('rule-unused').map(({ msg }) => msg);
    expect(warnings).toEqual([
      expect.stringMatching(/penstock\.yaml:\d+: no route of the app matches the rule for \/limited\./),
    ]);
  });

  test('passes R the name of the caller, but neither the key nor a name that the client claims', async () => {
    const spoofed = {
      'X-Penstock-Client': 'admin',
      X_Penstock_Client: 'admin',
      'X-Penstock-Client-By': 'key',
    };
    const who = async (headers: Record<string, string>) =>
      (await fetch(`${app.url}/who`, { headers: { ...spoofed, ...headers } })).json() as Promise<{
        headers: Record<string, string>;
      }>;
    const byKey = await who(apiKey(other.key));
    expect(byKey.headers).toMatchObject({ 'x-penstock-client': 'other', 'x-penstock-client-by': 'key' });
    expect(JSON.stringify(byKey)).not.toContain(other.key);
    const byBearer = await who(bearer(other.key));
    expect(JSON.stringify(byBearer)).not.toContain(other.key);
    const byToken = await who(bearer(await token({ sub: 'älice\r\nX: y' })));
    expect(byToken.headers).toMatchObject({
      'x-penstock-client': 'älice  X: y',
      'x-penstock-client-by': 'token',
    });
    expect(JSON.stringify([byKey, byToken])).not.toContain('admin');
  });
});

describe('without a restart', () => {
  test('adds and removes keys, and keeps the current keys if the file is invalid', async () => {
    expect(await ask('/who', apiKey(added.key))).toBe(401);
    replaceFile(keyFile, `${reporting.line}\n${added.line}\n`);
    await app.logged('secrets-read');
    expect(await ask('/who', apiKey(added.key))).toBe(200);
    expect(await ask('/who', apiKey(other.key))).toBe(401);
    replaceFile(keyFile, `reporting ${reporting.key}\n`);
    const kept = await app.logged('secrets-kept');
    expect(kept.msg).toContain('API keys, line 1:');
    expect(await ask('/who', apiKey(added.key))).toBe(200);
  });

  test("updates the issuer's keys, and keeps them while the issuer is unreachable", async () => {
    const ofSecond = await token({}, { key: second!.privateKey, kid: 'second' });
    expect(await ask('/who', bearer(ofSecond))).toBe(401);
    published = [await publicKey(second!, 'second')];
    await expect.poll(() => ask('/who', bearer(ofSecond))).toBe(200);
    await expect.poll(async () => ask('/who', bearer(await token()))).toBe(401);
    reachable = false;
    await expect
      .poll(async () => {
        expect(await ask('/who', bearer(ofSecond))).toBe(200);
        return app.entries('issuer-keys').length;
      })
      .toBeGreaterThan(0);
    expect(await ask('/who', bearer(ofSecond))).toBe(200);
    reachable = true;
  });
});

describe('CORS', () => {
  const from = (origin: string, more = {}) => ({ Origin: origin, ...more });
  const headersOf = async (headers: Record<string, string>, method = 'GET') =>
    fetch(`${app.url}/cookies`, { headers, method });

  test('lets only pages of listed origins read responses', async () => {
    const answer = await headersOf(from('https://app.example'));
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(answer.headers.get('Access-Control-Expose-Headers')).toBe('X-Request-Id');
    expect(answer.headers.get('Vary')).toContain('Origin');
    expect(answer.headers.getSetCookie()).toHaveLength(2);
    for (const origin of [
      'https://elsewhere.example',
      'https://app.example.org',
      'null',
      'http://app.example',
    ]) {
      expect((await headersOf(from(origin))).headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
  });

  test('answers preflight requests without R and without a key', async () => {
    const before = await seen();
    const asked = { 'Access-Control-Request-Method': 'GET' };
    const allowed = await headersOf(from('https://app.example', asked), 'OPTIONS');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('Access-Control-Allow-Methods')).toContain('GET');
    expect(allowed.headers.get('Access-Control-Max-Age')).toBe('600');
    const refused = await headersOf(from('https://elsewhere.example', asked), 'OPTIONS');
    expect(refused.headers.get('Access-Control-Allow-Methods')).toBeNull();
    expect(await seen()).toBe(before + 1);
  });

  test('replaces headers of the app with those of the rule, once on every response', async () => {
    expect((await headersOf({})).headers.get('X-Frame-Options')).toBe('DENY');
    const refused = await fetch(`${app.url}/who`);
    expect([refused.status, refused.headers.get('X-Frame-Options')]).toEqual([401, 'DENY']);
    expect(refused.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect((await fetch(`${app.url}/echo`)).headers.get('X-Frame-Options')).toBeNull();
  });
});

test('rejects requests over the rate limit of a key or an address, and says how long to wait', async () => {
  const sleep = () => fetch(`${app.url}/sleep?seconds=0`, { headers: apiKey(reporting.key) });
  const statuses = [await sleep(), await sleep(), await sleep()].map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 429]);
  const wait = Number((await sleep()).headers.get('Retry-After'));
  expect(wait).toBeGreaterThan(1700);
  expect(wait).toBeLessThanOrEqual(1800);
  expect(await ask('/sleep?seconds=0', apiKey(added.key))).toBe(200);

  const before = await seen();
  const limited = [];
  for (let i = 0; i < 5; i++) limited.push(await ask('/limited'));
  expect(limited).toEqual([404, 404, 404, 429, 429]);
  expect(await seen()).toBe(before + 4);
});

test('delivers the error to a client that is still sending its body', async () => {
  const socket = connect(app.port, '127.0.0.1');
  const received = new Promise<string>((done) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => done(text));
  });
  socket.on('error', () => {});
  socket.write('POST /who HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n');
  socket.write('x'.repeat(1_000_000));
  const answer = await received;
  expect(answer).toMatch(/^HTTP\/1.1 401 /);
  expect(answer).toMatch(/^Connection: close\r$/m);
});

test('writes no secret to the log, the status, the metrics or the responses', async () => {
  const secret = await token({ sub: 'somebody' }, { key: second!.privateKey, kid: 'second' });
  const texts = [app.output];
  for (const path of ['/status', '/metrics', '/scale'])
    texts.push(await (await fetch(app.adminUrl + path)).text());
  for (const headers of [apiKey(changed(added.key)), bearer(changed(secret)), bearer(secret)]) {
    texts.push(await (await fetch(`${app.url}/reports/a`, { headers })).text());
  }
  texts.push(app.output);
  const all = texts.join('\n');
  for (const { key, line } of [reporting, other, added, expired]) {
    expect(all).not.toContain(key);
    expect(all).not.toContain(changed(key));
    expect(all).not.toContain(line.split('sha256:')[1]);
  }
  for (const part of secret.split('.').slice(1)) expect(all).not.toContain(part);
  expect(app.entries('request').filter(({ code }) => code === 'unauthorized').length).toBeGreaterThan(10);
});

describe('penstock key', () => {
  test('prints a key once, and stores its digest in a file that only its owner can read', async () => {
    const file = join(folder, 'new-keys');
    const { code, stdout } = await runCli(['key', 'ci', '--file', file, '--expires', '2999-12-31']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^psk_[\w-]{43}\n$/);
    const digest = createHash('sha256').update(stdout.trim()).digest('hex');
    expect(readFileSync(file, 'utf8')).toBe(`ci sha256:${digest} expires=2999-12-31\n`);
  });
});

describe('rejects a configuration that protects less than it appears to:', () => {
  test.each([
    [
      'a rule that allows keys, without a key file',
      'rules: [{path: /a, allow: key}]',
      'allows a key, which requires `access.keys`',
    ],
    ['a rule without a path', 'rules: [{allow: nobody}]', 'penstock.yaml:1: `rules[1]` requires a `path`'],
    ['an unknown setting', 'rules: [{path: /a, alow: key}]', 'unknown key `alow`'],
    [
      'an unknown kind of credentials',
      'rules: [{path: /a, allow: [keys]}]',
      'expected anyone, nobody, or a list of key',
    ],
    [
      'tokens without an audience',
      'access: {tokens: {issuer: a, jwks: b}}',
      'requires `issuer`, `audience` and `jwks`',
    ],
    [
      'the signature algorithm `none`',
      'access: {tokens: {issuer: a, audience: b, jwks: c, algorithms: [none]}}',
      'expected a list of RS256',
    ],
    [
      'CORS with credentials for every origin',
      "rules: [{path: /, cors: {origins: ['*'], credentials: true}}]",
      'list the origins',
    ],
    ['an invalid rate', 'rules: [{path: /, per-key: many}]', 'a rate such as 10/s'],
    ...(
      [
        ['/admin*', '`/admin/*`, which includes `/admin`'],
        ['/admin/**', 'Did you mean `/admin/*`?'],
        ['/a?x=1', 'Did you mean `/a`?'],
        ['/a#x', 'Did you mean `/a`?'],
        ['//a', 'Did you mean `/a`?'],
        ['/a//b', 'Did you mean `/a/b`?'],
        ['/a/../b', 'Did you mean `/b`?'],
        ['/a/./b', 'Did you mean `/a/b`?'],
        ['/%61dmin', 'Did you mean `/admin`?'],
        ['/a\\b', 'Did you mean `/a/b`?'],
        ['/a/%zz', 'are rejected'],
        ['/a/<id', 'a parameter is written as `<name>`'],
        ['/é', 'percent-encoded'],
      ] as const
    ).map(([path, message]): [string, string, string] => [
      `the path ${path}, which no request has`,
      `rules:\n  - path: '${path}'\n    allow: nobody`,
      message,
    ]),
    [
      'a rule for HEAD, which is matched as GET',
      'rules:\n- path: /a\n  methods: [HEAD]\n  allow: nobody',
      'penstock.yaml:3: `rules[1].methods`: HEAD requests are matched as GET',
    ],
    ['an unknown method', 'rules: [{path: /a, methods: [FETCH], allow: nobody}]', 'a list of HTTP methods'],
    ['names without credentials', 'rules: [{path: /a, names: [ci]}]', 'names` has no effect without `allow'],
    ['scopes without tokens', 'rules: [{path: /a, allow: [key], scopes: [x]}]', 'scopes` has no effect'],
    ['a rule that sets nothing', 'rules: [{path: /a}]', 'sets nothing'],
  ])('%s', async (_, yaml, message) => {
    const config = join(folder, 'bad', 'penstock.yaml');
    const { loadConfig } = await import('../../src/config/load.js');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(resolve(config, '..'), { recursive: true });
    writeFileSync(config, `${yaml}\n`);
    expect(() => loadConfig({ flags: { config }, env: {} })).toThrow(message);
  });
});
