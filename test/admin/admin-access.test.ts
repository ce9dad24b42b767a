import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAdminAccess, guardAdmin } from '../../src/admin/admin-guard.js';
import { AdminServer } from '../../src/admin/admin-http.js';
import { AdminToken } from '../../src/admin/admin-token.js';
import { defaultConfig } from '../../src/config/load.js';
import { ask } from '../support/http.js';
import { replaceFile } from '../support/replace-file.js';
import { fixtureApp, runCli, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-admin-'));
const file = join(folder, 'tokens');
const token = 'first-token-of-the-file';
const fromEnvironment = 'token-of-the-environment';
let app: ServedApp;

beforeAll(async () => {
  writeFileSync(file, `# operators\n${token}\n`);
  app = await serve(fixtureApp('work.R'), {
    workers: 1,
    flags: ['--admin-token-file', file, '--admin-host', '0.0.0.0'],
    env: { PENSTOCK_ADMIN_TOKEN: fromEnvironment },
  });
  app.adminUrl = app.adminUrl.replace('0.0.0.0', '127.0.0.1');
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

const bearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });

function admin(path: string, init?: RequestInit): Promise<Response> {
  return fetch(app.adminUrl + path, { redirect: 'manual', ...init });
}

const paths = ['/metrics', '/scale', '/status', '/', '/nothing', '//status', '/%73tatus'];

describe('with a token, the admin server', () => {
  test('answers only the Kubernetes probes without credentials', async () => {
    for (const path of ['/livez', '/readyz']) expect((await admin(path)).status).toBe(200);
    for (const path of paths) {
      const refused = await admin(path);
      expect([path, refused.status]).toEqual([path, 401]);
      expect(refused.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
      expect(await refused.json()).toMatchObject({ code: 'admin_unauthorized' });
    }
    expect((await admin('/reload', { method: 'POST' })).status).toBe(401);
  });

  test.each([
    ['the token from the file', bearer(token), 200],
    ['the token from the environment', bearer(fromEnvironment), 200],
    ['a wrong token', bearer('another-token-altogether'), 401],
    ['the token without its last character', bearer(token.slice(0, -1)), 401],
    ['the comment in the token file', bearer('# operators'), 401],
    ['the token under another authentication scheme', { headers: { Authorization: `Basic ${token}` } }, 401],
    ['the token in the URL', {}, 401],
    ['a forged session', { headers: { Cookie: 'penstock-session=9999999999999.x' } }, 401],
  ])('accepts only valid credentials: %s', async (_, init, status) => {
    expect((await admin(`/status?token=${token}`, init)).status).toBe(status);
  });

  test('reads new tokens from the file without a restart, and keeps the current ones if the file is invalid', async () => {
    replaceFile(file, 'second-token-of-the-file\n');
    await app.logged('secrets-read');
    expect((await admin('/status', bearer(token))).status).toBe(401);
    expect((await admin('/status', bearer('second-token-of-the-file'))).status).toBe(200);
    replaceFile(file, 'short\n');
    expect((await app.logged('secrets-kept')).msg).not.toContain('short\n');
    expect((await admin('/status', bearer('second-token-of-the-file'))).status).toBe(200);
  });

  test('rejects requests that a page of another site makes a browser send', async () => {
    const post = (headers: Record<string, string>) =>
      admin('/reload', { method: 'POST', headers: { ...bearer(fromEnvironment).headers, ...headers } });
    expect((await post({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await post({ 'Sec-Fetch-Site': 'same-site' })).status).toBe(403);
    expect((await post({ Origin: 'https://elsewhere.example' })).status).toBe(403);
  });

  test('forbids browsers to frame, cache or sniff its responses', async () => {
    const { headers } = await admin('/status', bearer(fromEnvironment));
    expect(headers.get('X-Frame-Options')).toBe('DENY');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Cache-Control')).toBe('no-store');
  });
});

describe('in a browser, the admin server', () => {
  const html = { headers: { Accept: 'text/html' } };
  const signIn = (text: string, next = '') =>
    admin('/sign-in', { method: 'POST', body: new URLSearchParams({ token: text, next }) });

  test('redirects to the sign-in page, and from there to the requested page', async () => {
    const redirect = await admin('/status?full=1', html);
    expect([redirect.status, redirect.headers.get('Location')]).toEqual([
      303,
      './sign-in?next=status%3Ffull%3D1',
    ]);
    expect((await admin('/a/b', html)).headers.get('Location')).toBe('../sign-in?next=a%2Fb');
    expect((await admin('/sign-in?next=a&next=b', html)).status).toBe(200);
    const page = await admin('/sign-in?next=status', html);
    expect(page.status).toBe(200);
    expect(page.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'/);
    expect(await page.text()).toContain('value="status"');

    const signed = await signIn(fromEnvironment, 'status');
    expect([signed.status, signed.headers.get('Location')]).toEqual([303, './status']);
    const cookie = signed.headers.get('Set-Cookie')!;
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(cookie).not.toContain(fromEnvironment);
    const session = { headers: { Cookie: cookie.split(';')[0]! } };
    expect((await admin('/status', session)).status).toBe(200);
    const out = await admin('/sign-out', { method: 'POST', ...session });
    expect(out.headers.get('Set-Cookie')).toMatch(/=; Path=\/; .*Max-Age=0/);
  });

  test.each([
    '//elsewhere.example',
    '/\\elsewhere.example',
    'https://elsewhere.example',
    '"><script>',
    'a\r\nb',
  ])('never redirects to another site: %j', async (next) => {
    const location = (await signIn(fromEnvironment, next)).headers.get('Location')!;
    expect(new URL(location, app.adminUrl).origin).toBe(app.adminUrl);
    expect(await (await admin(`/sign-in?next=${encodeURIComponent(next)}`)).text()).not.toContain('<script>');
  });

  test('reports a wrong token, and limits the rate of attempts', async () => {
    const wrong = await signIn('a-wrong-token-to-sign-in');
    expect([wrong.status, wrong.headers.get('Set-Cookie')]).toEqual([401, null]);
    expect(await wrong.text()).toContain('Wrong token.');
    let last = wrong;
    for (let i = 0; i < 30 && last.status === 401; i++) last = await signIn('a-wrong-token-to-sign-in');
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await admin('/status', bearer(token))).status).toBe(429);
    expect((await admin('/livez')).status).toBe(200);
  });
});

test('a session ends when it expires or its token is removed', () => {
  let now = 1_000_000;
  const tokens = (...list: string[]) => new AdminToken(list, undefined, () => now);
  const session = tokens('one-token').session('one-token');
  expect(tokens('one-token').acceptsSession(session)).toBe(true);
  expect(tokens('another', 'one-token').acceptsSession(session)).toBe(true);
  expect(tokens('another').acceptsSession(session)).toBe(false);
  expect(tokens('one-token').acceptsSession(session.replace(/^\d/, '9'))).toBe(false);
  now += 13 * 3_600_000;
  expect(tokens('one-token').acceptsSession(session)).toBe(false);
});

test('exposes no token in the log or in the environment of R', async () => {
  for (const secret of [token, fromEnvironment, 'second-token', 'a-wrong-token']) {
    expect(app.output).not.toContain(secret);
  }
  const variable = 'PENSTOCK_ADMIN_TOKEN';
  expect(await (await fetch(`${app.url}/variable?name=${variable}`)).json()).toBe('');
});

describe('without a token, the admin server', () => {
  const serveOn = (...flags: string[]) =>
    runCli(['serve', fixtureApp('work.R'), '--rscript', '/nowhere/Rscript', '--port', '0', ...flags]);

  test('does not start on an address that other machines can reach', async () => {
    const { code, stderr } = await serveOn('--admin-host', '0.0.0.0');
    expect([code, stderr]).toEqual([2, expect.stringContaining('code: admin_unprotected')]);
  });

  test.each([
    ['127.0.0.1', false, true],
    ['127.8.0.1', false, true],
    ['::1', false, true],
    ['localhost', false, true],
    ['0.0.0.0', false, false],
    ['::', false, false],
    ['192.0.2.1', false, false],
    ['127.0.0.1.example.org', false, false],
    ['0.0.0.0', true, true],
  ])('on %s with adminOpen: %s may start: %s', (adminHost, adminOpen, served) => {
    const check = () => checkAdminAccess({ adminHost, adminOpen }, undefined);
    if (served) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'admin_unprotected' }));
  });

  test('with open metrics and no token, other machines reach only probes and metrics', async () => {
    const open = { ...defaultConfig(), adminMetricsOpen: true, adminHost: '0.0.0.0' };
    const log = pino({ enabled: false });
    const closed = AdminToken.from(open, log);
    expect(() => checkAdminAccess(open, closed)).not.toThrow();
    const server = new AdminServer();
    guardAdmin(server, { token: closed, config: open, log });
    for (const path of ['/livez', '/metrics', '/status']) server.get(path, (_, reply) => reply.send('ok'));
    server.post('/reload', (_, reply) => reply.send('ok'));
    const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
    const status = async (method: string, path: string) => (await ask(Number(port), { method, path })).status;
    expect(await status('GET', '/livez')).toBe(200);
    expect(await status('GET', '/metrics')).toBe(200);
    expect(await status('GET', '/status')).toBe(401);
    expect(await status('POST', '/reload')).toBe(401);
    await server.close();
    expect(AdminToken.from({ ...open, adminHost: '127.0.0.1' }, log)).toBeUndefined();
    expect(AdminToken.from({ ...open, adminOpen: true }, log)).toBeUndefined();
  });

  test('does not start with a token file that contains no token', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '# none yet\n');
    const { code, stderr } = await serveOn('--admin-token-file', empty);
    expect([code, stderr]).toEqual([2, expect.stringContaining('code: secret_unusable')]);
  });

  test('rejects requests with a foreign host name (DNS rebinding)', async () => {
    const server = new AdminServer();
    const config = { adminHost: '127.0.0.1', adminMetricsOpen: false, adminOpen: false };
    guardAdmin(server, { token: undefined, config, log: pino({ enabled: false }) });
    server.get('/status', (_, reply) => reply.send('told'));
    const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
    const status = async (host: string) =>
      (await ask(Number(port), { method: 'GET', path: '/status', headers: [['Host', host]] })).status;
    expect(await status('elsewhere.example:9000')).toBe(403);
    expect(await status('localhost:9000')).toBe(200);
    expect(await status('127.0.0.1:9000')).toBe(200);
    expect(await status('[::1]:9000')).toBe(200);
    await server.close();
  });
});
