import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fixtureApp, isRunning, type LogEntry, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-restart-'));
/** While this file exists, the app cannot be loaded. */
const obstacle = join(folder, 'database-is-away');
/** While this file exists, workers end as soon as they are ready. */
const crash = join(folder, 'crash');

let app: ServedApp;

interface Starts {
  readonly state: string;
  readonly failures: number;
  readonly retryInMs: number;
  readonly reason?: string;
}

interface Status {
  readonly state: string;
  readonly starts: Starts;
  readonly workers: { pid: number; state: string }[];
}

const status = (): Promise<Status> => app.admin<Status>('/status');
const ready = async (): Promise<unknown[]> => {
  const answer = await fetch(`${app.adminUrl}/readyz`);
  return [answer.status, await answer.json()];
};

/** Kills all workers and waits until Penstock has noticed. */
async function killAll(): Promise<void> {
  const { workers } = await status();
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
  for (const { pid } of workers) await app.logged('worker-exit', (entry) => entry.pid === pid);
}

beforeAll(async () => {
  app = await serve(fixtureApp('fragile.R'), {
    workers: 2,
    env: { FRAGILE_BREAK: obstacle, FRAGILE_CRASH: crash },
    flags: ['--preload', 'off'], // forked workers would not load the app again
  });
});

// The other tests do not fail because of one.
afterEach(() => {
  for (const file of [obstacle, crash]) rmSync(file, { force: true });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

test('replaces a worker at once if it dies while idle', async () => {
  await killAll();
  await app.logged('worker-ready', undefined, { skip: 3 });
  expect(await status()).toMatchObject({ state: 'serving', workers: [{ state: 'idle' }, { state: 'idle' }] });
});

test('answers 503 while the app can no longer be loaded, and recovers by itself', async () => {
  writeFileSync(obstacle, '');
  await killAll();
  const waiting = fetch(app.url);

  const failure = await app.logged('load-failed');
  expect(failure.msg).toMatch(/fragile\.R:4: .*the database is away/);
  await app.logged('broken');
  const answers = await Promise.all([waiting, fetch(app.url)]);
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    expect(await answer.json()).toMatchObject({ code: 'no_workers' });
  }
  expect(await ready()).toEqual([503, { status: 'broken', starts: 'broken' }]);
  expect((await fetch(`${app.adminUrl}/livez`)).status).toBe(200);
  const { starts, state } = await status();
  expect(state).toBe('broken');
  expect(starts).toMatchObject({ state: 'broken', reason: expect.stringMatching(/fragile\.R:4: .*away/) });
  expect(starts.failures).toBeGreaterThanOrEqual(3);
  expect(await (await fetch(`${app.adminUrl}/metrics`)).text()).toMatch(/^penstock_failed_starts [1-9]/m);
  expect(isRunning(app.pid)).toBe(true);

  rmSync(obstacle);
  const before = app.entries('worker-ready').length;
  await app.logged('worker-ready', undefined, { skip: before });
  expect((await ready())[0]).toBe(200);
  expect(await (await fetch(app.url)).json()).toEqual(['up']);
  await expect.poll(ready).toEqual([200, { status: 'ready', starts: 'ok' }]);
});

test('says that workers do not start while others serve', async () => {
  const states = async (): Promise<string[]> => (await status()).workers.map(({ state }) => state);
  await expect.poll(states).toEqual(['idle', 'idle']);
  const { workers } = await status();
  writeFileSync(obstacle, '');
  process.kill(workers[0]!.pid, 'SIGKILL');
  const failing = {
    state: expect.stringMatching(/^(retrying|broken)$/),
    reason: expect.stringContaining('away'),
  };
  await expect.poll(status).toMatchObject({ state: 'serving', starts: failing });
  expect(await ready()).toEqual([200, { status: 'ready', starts: failing.state }]);
  rmSync(obstacle);
  await expect.poll(ready).toEqual([200, { status: 'ready', starts: 'ok' }]);
});

test('waits longer and longer before it replaces workers that end as soon as they are ready', async () => {
  const readyBefore = app.entries('worker-ready').length;
  writeFileSync(crash, '');
  await killAll();
  const crashed = (exit: LogEntry): boolean => exit.code === 3;
  await app.logged('worker-exit', crashed, { skip: 6 }); // two workers at a time: the first of the fourth attempt
  const exits = app.entries('worker-exit').filter(crashed).map(timeOf);
  const starts = app.entries('worker-ready').slice(readyBefore).map(startOf);
  expect(Math.min(...starts.slice(6)) - exits[4]!).toBeGreaterThan(350); // after the third attempt
  rmSync(crash);
  await expect
    .poll(async () => (await status()).workers.map(({ state }) => state), { timeout: 30_000 })
    .toEqual(['idle', 'idle']);
});

const timeOf = ({ time }: LogEntry): number => Date.parse(String(time));

/** When the process of a worker that is ready was started. */
function startOf(ready: LogEntry): number {
  return timeOf(ready) - (ready.journey as { at: number }[]).at(-1)!.at;
}
