import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { RawClient } from '../support/raw-client.js';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-stop-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hooks = fixtureApp('hooks.R');
let files = 0;

/** The app with exit hooks, and the file in which they note that they ran. */
async function start(...flags: string[]): Promise<{ app: ServedApp; hooked: () => number[] }> {
  const file = join(folder, `hooks-${files++}`);
  const app = await serve(hooks, { workers: 2, env: { HOOKS_FILE: file }, flags });
  const hooked = (): number[] => readFileSync(file, 'utf8').trim().split(/\s+/).map(Number).sort();
  return { app, hooked };
}

async function pidsOf(app: ServedApp): Promise<number[]> {
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  return workers.map(({ pid }) => pid).sort();
}

const sleep = (app: ServedApp, seconds: number): Promise<Response> =>
  fetch(`${app.url}/sleep?seconds=${seconds}`);

/** Binds a port, to see that nobody else has it. */
function bind(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s', (signal) => {
  test('what runs and waits is answered, every exit hook runs, and the exit code is 0', async () => {
    const { app, hooked } = await start();
    const workers = await pidsOf(app);
    const idle = await RawClient.open(app.port); // a connection that never asks anything holds nothing up
    const answers = [1, 2, 3, 4, 5].map(() => sleep(app, 1));
    await app.printed('sleeping', { skip: 1 });
    await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 5, queued: 3 });

    const begun = performance.now();
    app.signal(signal);
    await app.logged('draining');
    expect((await fetch(`${app.adminUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${app.adminUrl}/livez`)).status).toBe(200);
    await expect(RawClient.open(app.port)).rejects.toThrow('ECONNREFUSED');

    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200);
      expect(workers).toContain(await answer.json());
    }
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(6000);
    expect(hooked()).toEqual(workers);
    expect(app.entries('request').map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await idle.closed;
  });
});

test('during the drain delay it is not ready but still answers, and asks its clients to go', async () => {
  const { app } = await start('--drain-delay', '1s');
  app.signal('SIGTERM');
  await app.logged('draining');
  expect((await fetch(`${app.adminUrl}/readyz`)).status).toBe(503);
  const answer = await sleep(app, 0);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Connection')).toBe('close');
  expect(await app.ended).toEqual({ code: 0, signal: null });
});

test('what takes longer than the shutdown timeout is cut', async () => {
  const { app } = await start('--shutdown-timeout', '500ms');
  const answer = sleep(app, 60);
  await app.printed('sleeping');
  const workers = await pidsOf(app);
  app.signal('SIGTERM');
  await expect(answer).rejects.toThrow();
  expect(await app.ended).toEqual({ code: 0, signal: null });
  expect(app.entries('drain-timeout')).toHaveLength(1);
  expect(workers.filter(isRunning)).toEqual([]);
});

test('a second signal ends it at once, workers included', async () => {
  const { app } = await start();
  const answer = sleep(app, 60).catch(() => 'cut');
  await app.printed('sleeping');
  const workers = await pidsOf(app);
  app.signal('SIGTERM');
  await app.logged('draining');
  app.signal('SIGTERM');
  expect(await app.ended).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await answer).toBe('cut');
  await expect.poll(() => workers.filter(isRunning), { timeout: 2000 }).toEqual([]);
});

test('when it is killed, its workers and what they started die, and its ports are free at once', async () => {
  const { app } = await start();
  const answer = fetch(`${app.url}/leaves`).catch(() => 'cut');
  await app.printed('started');
  const program = Number(app.entries('output').find(({ msg }) => /^\d+$/.test(msg!))!.msg);
  const workers = await pidsOf(app);
  expect([...workers, program].every(isRunning)).toBe(true);

  const { adminPort, port } = app;
  app.signal('SIGKILL');
  await app.ended;
  await bind(port);
  await bind(adminPort);
  await expect.poll(() => [...workers, program].filter(isRunning), { timeout: 2000 }).toEqual([]);
  expect(await answer).toBe('cut');
});
