import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';

/** The deadline of every request. */
const DEADLINE_MS = 1000;
/** Long enough for R to clean up on a busy machine, and short enough for a test. */
const GRACE_MS = 1000;

let app: ServedApp;

beforeAll(async () => {
  const flags = ['--timeout', `${DEADLINE_MS}ms`, '--interrupt-grace', `${GRACE_MS}ms`];
  app = await serve(fixtureApp('work.R'), { workers: 2, flags });
});

afterAll(() => app?.stop());

/** The response, and the milliseconds that it took. */
async function ask(path: string, id: string): Promise<{ status: number; body: unknown; took: number }> {
  const start = performance.now();
  const response = await fetch(app.url + path, { headers: { 'X-Request-Id': id } });
  return { status: response.status, body: await response.json(), took: performance.now() - start };
}

/** Resolves when both workers are idle, including replaced ones. */
async function bothWorkersIdle(): Promise<void> {
  await expect
    .poll(() => app.admin<{ workers: { state: string }[] }>('/status'), { timeout: 20_000, interval: 50 })
    .toMatchObject({ workers: [{ state: 'idle' }, { state: 'idle' }] });
}

test('answers 504 at the deadline, lets R clean up, and replaces the worker', async () => {
  const { body, status, took } = await ask('/sleep?seconds=20', 'late');
  expect(status).toBe(504);
  expect(body).toEqual({
    error: '504 - Gateway Timeout',
    code: 'deadline_exceeded',
    message: 'The request exceeded its deadline. It ran for the rest of 1 s.',
    hint: expect.any(String),
    requestId: 'late',
  });
  expect(took).toBeGreaterThanOrEqual(DEADLINE_MS - 10);
  // Long before the handler would have returned.
  expect(took).toBeLessThan(10_000);

  // on.exit() of the handler prints this.
  await app.logged('output', (entry) => entry.requestId === 'late' && entry.msg === 'woken');
  const { worker } = await app.request('late');
  const exit = await app.logged('worker-exit', (entry) => entry.worker === worker);
  expect(exit).toMatchObject({ code: 0, signal: null });
  await bothWorkersIdle();
});

test('kills R after the grace period if it ignores the interrupt', async () => {
  expect(await ask('/stuck', 'stuck')).toMatchObject({ status: 504, body: { code: 'deadline_exceeded' } });
  const { worker } = await app.request('stuck');
  const exit = await app.logged('worker-exit', (entry) => entry.worker === worker);
  expect(exit).toMatchObject({ signal: 'SIGKILL' });
  await bothWorkersIdle();
});

test('ends a program that R waits for when its worker ends', async () => {
  const answer = ask('/program', 'program');
  const { msg } = await app.logged('output', (entry) => entry.requestId === 'program');
  expect(await answer).toMatchObject({ status: 504 });
  const { worker } = await app.request('program');
  await app.logged('worker-exit', (entry) => entry.worker === worker);
  await expect.poll(() => isRunning(Number(msg))).toBe(false);
  await bothWorkersIdle();
});

test('counts the time in the queue, and does not call R for a request that waited too long', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-held-'));
  const until = join(folder, 'go');
  // Both workers stay busy until the request has waited for its whole deadline.
  const held = ['a', 'b'].map((id) => ask(`/held?until=${until}`, `held-${id}`));
  for (const id of ['a', 'b']) await app.logged('output', (entry) => entry.requestId === `held-${id}`);
  const waited = await ask('/sleep?seconds=0', 'waited');
  writeFileSync(until, '');
  expect(waited).toMatchObject({
    status: 504,
    body: { message: expect.stringContaining('It waited 1 s for a worker.') },
  });
  expect(await app.request('waited')).not.toHaveProperty('worker');
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
  rmSync(folder, { recursive: true });
  expect(app.entries('output').filter(({ requestId }) => requestId === 'waited')).toEqual([]);
});

test('kills R that ignores the interrupt after its client disconnects', async () => {
  const leave = new AbortController();
  const answer = fetch(`${app.url}/stuck`, { headers: { 'X-Request-Id': 'gone' }, signal: leave.signal });
  const { worker } = await app.logged('output', (entry) => entry.requestId === 'gone');
  leave.abort();
  await expect(answer).rejects.toThrow();
  const exit = await app.logged('worker-exit', (entry) => entry.worker === worker);
  expect(exit).toMatchObject({ signal: 'SIGKILL' });
  await bothWorkersIdle();
});

test('kills R that handles the interrupt but then hangs', async () => {
  const leave = new AbortController();
  const answer = fetch(`${app.url}/hang-after`, {
    headers: { 'X-Request-Id': 'hangs' },
    signal: leave.signal,
  });
  const { worker } = await app.logged('output', (entry) => entry.requestId === 'hangs');
  leave.abort();
  await expect(answer).rejects.toThrow();
  const exit = await app.logged('worker-exit', (entry) => entry.worker === worker);
  // It hangs until it is killed. In rare cases, R's own interrupt handling aborts it first.
  expect(['SIGKILL', 'SIGABRT']).toContain(exit.signal);
  await bothWorkersIdle();
});
