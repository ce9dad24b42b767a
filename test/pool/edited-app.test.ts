import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

// The app's folder and file may have any name.
const folder = mkdtempSync(join(tmpdir(), 'penstock "edited\'\n\t%41-'));
const file = join(folder, 'the\napi "1".R');
const text = readFileSync(fixtureApp('edited.R'), 'utf8');
let app: ServedApp;

beforeAll(async () => {
  writeFileSync(file, text);
  app = await serve(file, { workers: 1, flags: ['--preload', 'off'] });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

test('a waiting request never runs another endpoint, even if the file changes meanwhile', async () => {
  expect(await (await fetch(`${app.url}/second`)).json()).toEqual(['second']);
  const slow = fetch(`${app.url}/slow`, { headers: { 'X-Request-Id': 'slow' } });
  await app.logged('output', ({ requestId }) => requestId === 'slow');
  const waiting = ['first', 'second', 'second'].map((name) => fetch(`${app.url}/${name}`));
  await expect.poll(() => app.admin<{ queued: number }>('/scale')).toMatchObject({ queued: 3 });

  // In the new worker, each endpoint has another position.
  writeFileSync(file, text.replace('#* @get /slow', '#* @get /added\nfunction() "added"\n\n#* @get /slow'));
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  process.kill(workers[0]!.pid, 'SIGKILL');
  expect((await slow).status).toBe(502);
  const answers = await Promise.all(waiting.map(async (answer) => (await answer).json()));
  expect(answers).toEqual([['first'], ['second'], ['second']]);
  await app.logged('routes-differ');
});

test("a worker goes on if its app's folder is moved away and another is put in its place", async () => {
  const ask = async () => (await fetch(`${app.url}/second`)).status;
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  const away = `${folder}-away`;
  renameSync(folder, away);
  expect([await ask(), await ask()]).toEqual([200, 200]);
  mkdirSync(folder);
  expect([await ask(), await ask()]).toEqual([200, 200]);
  rmSync(folder, { recursive: true });
  renameSync(away, folder);
  expect(await ask()).toBe(200);
  const after = await app.admin<{ workers: { pid: number }[] }>('/status');
  expect(after.workers.map(({ pid }) => pid)).toEqual(workers.map(({ pid }) => pid));
});
