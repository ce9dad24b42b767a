import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findApp } from '../../src/app/find-app.js';
import { loadConfig } from '../../src/config/load.js';
import { checkLoad } from '../../src/doctor/load-check.js';
import { checkProduction } from '../../src/doctor/production-check.js';
import { checkRules } from '../../src/doctor/rule-check.js';
import { http2Risk } from '../../src/http/http2-safety.js';
import { fixtureApp, runCli } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-production-'));
const tls = (name: string) => resolve(import.meta.dirname, '../fixtures/tls', name);
const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const key = file('tls.key', 'x');

afterAll(() => rmSync(folder, { recursive: true }));

function findings(yaml: string, flags: Record<string, string | boolean> = {}, uid = 1000) {
  const config = file('penstock.yaml', yaml);
  return checkProduction(loadConfig({ flags: { ...flags, config }, env: {} }), uid);
}

const publicHost = { host: '0.0.0.0' };
const proxied = { ...publicHost, 'trusted-proxies': '10.0.0.0/8' };
const guarded = 'rules: [{path: /*, allow: nobody, per-address: 10/s}]';
const tokens = (jwks: string) =>
  `access: {tokens: {issuer: a, audience: b, jwks: '${jwks}'}}\nrules: [{path: /*, allow: token, per-key: 9/s}]`;

describe('doctor --production', () => {
  test.each<[string, string, Record<string, string | boolean>, 'missing' | 'warning', string]>([
    ['requests are not encrypted', guarded, publicHost, 'warning', 'unencrypted'],
    [
      'secrets are not encrypted',
      tokens('https://a.example/'),
      publicHost,
      'missing',
      'Clients send keys and tokens',
    ],
    ['the whole app is public', '', proxied, 'warning', 'whole app'],
    [
      'some paths have no rule',
      'rules: [{path: /a, allow: nobody, per-address: 1/s}]',
      proxied,
      'warning',
      'Paths without a rule are public',
    ],
    [
      'the admin server is open',
      guarded,
      { ...proxied, 'admin-host': '::', 'admin-open': true },
      'warning',
      'may read the status',
    ],
    [
      'the admin server would not start',
      guarded,
      { ...proxied, 'admin-host': '::' },
      'missing',
      'does not start on ::',
    ],
    [
      'all addresses are trusted proxies',
      guarded,
      { 'trusted-proxies': '0.0.0.0/0' },
      'missing',
      'All addresses are trusted proxies',
    ],
    [
      "the issuer's keys are fetched without TLS",
      tokens('http://a.example/'),
      proxied,
      'missing',
      'forge tokens',
    ],
    ['there is no rate limit', 'rules: [{path: /*, allow: nobody}]', proxied, 'warning', 'is not limited'],
    [
      'pages of any origin are allowed',
      `rules: [{path: /*, allow: nobody, per-address: 1/s, cors: {origins: ['*']}}]`,
      proxied,
      'warning',
      'any origin',
    ],
    [
      'the certificate does not match the key',
      guarded,
      { 'tls-cert': tls('server.crt'), 'tls-key': tls('client.key') },
      'missing',
      'the key does not match the certificate',
    ],
    [
      'a file does not exist',
      guarded,
      { 'admin-token-file': join(folder, 'nothing') },
      'missing',
      'nothing: ENOENT',
    ],
    [
      'other users can read a secret',
      guarded,
      { 'admin-token-file': file('readable', 'x', 0o644) },
      'warning',
      'can read',
    ],
    [
      'other users can change a secret',
      guarded,
      { 'admin-token-file': file('writable', 'x', 0o666) },
      'missing',
      'can change',
    ],
  ])('reports that %s', (_, yaml, flags, status, title) => {
    const found = findings(yaml, flags).filter((finding) => finding.title.includes(title));
    expect(found).toMatchObject([{ status, fix: [expect.any(String)] }]);
  });

  test('reports that the app would run as root', () => {
    expect(findings(guarded, proxied, 0)).toMatchObject([
      { status: 'warning', title: expect.stringContaining('root') },
    ]);
  });

  test.each([
    ['a configuration that only this machine can reach', '', {}],
    ['a protected configuration', guarded, { ...proxied, 'admin-token-file': key }],
    [
      'an admin server that other machines reach only for metrics',
      guarded,
      { ...proxied, 'admin-host': '::', 'admin-metrics-open': true },
    ],
  ])('reports no risks in %s', (_, yaml, flags) => {
    expect(findings(yaml, flags)).toEqual([{ status: 'ok', title: 'The configuration has no known risks' }]);
  });

  test('lists for each route of the app which rule holds', async () => {
    const rules = [
      '{path: /reports/*, methods: [GET], allow: nobody}',
      '{path: /files/index.html, allow: anyone}',
    ];
    const config = file(
      'penstock.yaml',
      `rules:\n${rules.map((rule) => `- ${rule}\n`).join('')}- {path: /x, allow: nobody}\n`,
    );
    const app = findApp(fixtureApp('guarded.R'), folder);
    const loaded = loadConfig({ flags: { config }, env: {} });
    const { routes } = await checkLoad(app, loaded);
    const found = checkRules(routes!, loaded);
    const [{ details = [] } = {}, ...warnings] = found;
    expect(details).toContain(`GET /reports/<name>: nobody (${config}:2)`);
    expect(details).toContain('POST /reports/<name>: anyone (no rule)');
    expect(details).toContain(
      `GET /files/*: anyone (${config}:3) for /files/index.html, else anyone (no rule)`,
    );
    expect(details).toContain('GET /v1.0/secret.txt: anyone (no rule)');
    expect(warnings).toMatchObject([
      { status: 'warning', title: expect.stringContaining('no route of the app matches') },
    ]);
  });

  test('exits with 1 if something must be fixed', async () => {
    const config = file('penstock.yaml', tokens('http://a.example/'));
    const args = ['doctor', tls('.'), '--rscript', '/nowhere/Rscript', '--production', '--json'];
    const { code, stdout } = await runCli([...args, '--config', config, '--admin-port', '0', '--port', '0']);
    expect(code).toBe(1);
    const { findings: told } = JSON.parse(stdout) as { findings: { title: string }[] };
    expect(told.map(({ title }) => title).join('\n')).toContain('forge tokens');
  });
});

test('HTTP/2 is a risk with versions of Node that have known faults in it', () => {
  expect(http2Risk('20.20.2')).toContain('With Node 20.20.2, clients can crash the gateway');
  expect(http2Risk('24.21.0')).toBeDefined();
  expect(http2Risk('26.12.1')).toBeUndefined();
  const found = findings(guarded, { ...proxied, http2: true }).filter(({ title }) =>
    title.includes('HTTP/2'),
  );
  expect(found.map(({ status }) => status)).toEqual(http2Risk() === undefined ? [] : ['missing']);
});
