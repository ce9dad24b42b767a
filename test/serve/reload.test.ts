import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-reload-'));
let app: ServedApp;

interface Reload {
  readonly outcome: string;
  readonly message?: string;
  readonly appVersion: number;
  readonly fingerprint: string;
}

interface Status {
  readonly state: string;
  readonly appVersion: { number: number; fingerprint: string };
  readonly reloads: Reload[];
}

const reload = async (): Promise<Reload & { status: number }> => {
  const response = await fetch(`${app.adminUrl}/reload`, { method: 'POST' });
  return { status: response.status, ...((await response.json()) as Reload) };
};
const status = (): Promise<Status> => app.admin<Status>('/status');
const word = async (): Promise<string> => (await fetch(`${app.url}/word`)).text();

beforeAll(async () => {
  cpSync(fixtureApp('reload'), folder, { recursive: true });
  writeFileSync(join(folder, 'data', 'word.txt'), 'first\n');
  app = await serve(folder, { workers: 2 });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

test('a reload serves the current files, and the old version finishes the requests that it has started', async () => {
  const slow = fetch(`${app.url}/slow?seconds=1`).then((response) => response.text());
  await app.printed('slow');
  // This request is incomplete. It goes to the version that serves when the rest arrives.
  const late = connect(app.port, '127.0.0.1');
  late.write('POST /say HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{');
  const before = await status();

  writeFileSync(join(folder, 'data', 'word.txt'), 'second\n');
  expect(await word()).toBe('first');
  const result = await reload();

  expect(result).toMatchObject({ status: 200, outcome: 'reloaded', appVersion: 2 });
  expect(result.fingerprint).not.toBe(before.appVersion.fingerprint);
  expect(await word()).toBe('second');
  expect(await slow).toBe('first');
  late.write('}');
  const [answer] = (await once(late, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 200 /);
  expect(answer.toString()).toContain('second');
  expect((await status()).appVersion).toMatchObject({ number: 2, fingerprint: result.fingerprint });
});

test('a reload of an app that fails to load changes nothing and returns the error of R', async () => {
  const before = await status();
  writeFileSync(join(folder, 'helpers.R'), 'x <- 1\nstop("no such table")\n');
  const readiness: number[] = [];
  const failing = reload();
  for (let done = false; !done; ) {
    readiness.push((await fetch(`${app.adminUrl}/readyz`)).status);
    done = await Promise.race([
      failing.then(() => true),
      new Promise<false>((go) => setTimeout(go, 50, false)),
    ]);
  }

  expect(await failing).toMatchObject({ status: 500, outcome: 'failed' });
  expect((await failing).message).toMatch(/no such table/);
  expect(new Set(readiness)).toEqual(new Set([200]));
  expect(await word()).toBe('second');
  const after = await status();
  expect(after.appVersion).toMatchObject(before.appVersion);
  expect(after.reloads.map(({ outcome }) => outcome)).toEqual(['reloaded', 'failed']);

  cpSync(join(fixtureApp('reload'), 'helpers.R'), join(folder, 'helpers.R'));
});

test('SIGHUP reloads, and the fingerprint shows that the files have not changed', async () => {
  const before = await status();
  const earlier = app.entries('reloaded').length;
  app.signal('SIGHUP');
  const entry = await app.logged('reloaded', undefined, { skip: earlier });
  expect(entry).toMatchObject({ by: 'signal', fingerprint: before.appVersion.fingerprint });
});

test('combines reloads that are requested while another one runs', async () => {
  const { reloads } = await status();
  const results = await Promise.all([reload(), reload(), reload(), reload()]);
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(4).fill('reloaded'));
  expect((await status()).reloads.length - reloads.length).toBe(2);
});

test('a page of another site cannot reload the app', async () => {
  const headers = { 'Sec-Fetch-Site': 'cross-site' };
  const response = await fetch(`${app.adminUrl}/reload`, { method: 'POST', headers });
  expect(response.status).toBe(403);
});
