import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src/admin/status.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

// What becomes of requests whose handler has returned a promise. Each test leaves nothing open.

let one: ServedApp;
let two: ServedApp;

beforeAll(async () => {
  const app = fixtureApp('promises.R');
  [one, two] = await Promise.all([
    serve(app, { workers: 1, flags: ['--timeout', '5s', '--interrupt-grace', '1s'] }),
    serve(app, { workers: 2, flags: ['--async-requests', '12'] }),
  ]);
});

afterAll(() => one?.stop());

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(app: ServedApp, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${app.url}${path}`, init);
  return { status: response.status, body: await response.text() };
}

const post = (app: ServedApp, path: string): Promise<Answer> => ask(app, path, { method: 'POST' });
const open = async (app: ServedApp): Promise<number> => (await app.admin<Status>('/status')).open;
const ok = (value: string): Answer => ({ status: 200, body: JSON.stringify([value]) });

test('twelve promises of a second take little more than one with one worker, and others are answered meanwhile', async () => {
  const startedAt = performance.now();
  let pending = 12;
  const answers = Array.from({ length: 12 }, () => ask(one, '/second').finally(() => (pending -= 1)));
  await expect.poll(() => open(one)).toBe(12);
  expect(await one.admin('/scale')).toMatchObject({ running: 0, open: 12, queued: 0, demand: 0 });
  await ask(one, '/pid');
  expect(pending).toBe(12);
  expect(await Promise.all(answers)).toEqual(Array(12).fill(ok('a second')));
  expect(performance.now() - startedAt).toBeLessThan(4000);
});

test('one request can settle the promise of another, with one worker', async () => {
  const answer = ask(one, '/wait');
  await expect.poll(() => open(one)).toBe(1);
  const released = post(one, '/release?value=hello');
  expect(await Promise.all([answer, released])).toEqual([ok('hello'), ok('ok')]);
});

test('a promise that is never settled costs its own request only, at its deadline', async () => {
  const other = ask(one, '/wait');
  await expect.poll(() => open(one)).toBe(1);
  const { body, status } = await ask(one, '/never');
  expect([status, JSON.parse(body).code]).toEqual([504, 'deadline_exceeded']);
  expect(body).toContain('Its promise was not settled within 1 s.');
  await expect.poll(() => open(one)).toBe(1);
  await post(one, '/release');
  expect(await other).toEqual(ok('released'));
});

test('a client that disconnects closes its own request, and interrupts neither open nor running ones', async () => {
  const controller = new AbortController();
  const gone = ask(one, '/never', { signal: controller.signal }).catch(() => 'gone');
  const other = ask(one, '/wait');
  await expect.poll(() => open(one)).toBe(2);
  const running = ask(one, '/sleep?seconds=0.5');
  await expect.poll(() => one.admin('/scale')).toMatchObject({ running: 1 });
  controller.abort();
  expect(await gone).toBe('gone');
  expect(await running).toEqual(ok('slept'));
  await expect.poll(() => open(one)).toBe(1);
  await post(one, '/release');
  expect(await other).toEqual(ok('released'));
});

test('a time limit that a handler sets ends its wait', async () => {
  const startedAt = performance.now();
  expect((await ask(one, '/limited')).status).toBe(500);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('the log has the time in R and the time of the promise', async () => {
  await ask(one, '/second', { headers: { 'X-Request-Id': 'timed' } });
  const { openMs, rMs } = await one.request('timed');
  expect(openMs).toBeGreaterThan(900);
  expect(rMs).toBeLessThan(900);
});

test('a worker gets no more requests than may be open in it, and the others wait', async () => {
  const answers = Array.from({ length: 25 }, () => ask(two, '/later?seconds=2'));
  await expect.poll(() => two.admin('/scale')).toMatchObject({ open: 24, queued: 1 });
  const { workers } = await two.admin<Status>('/status');
  expect(workers.map((worker) => worker.open)).toEqual([12, 12]);
  expect(await Promise.all(answers)).toEqual(Array(25).fill(ok('later')));
});

test('a worker that is killed with open requests fails those, and nothing else', async () => {
  const answers = Array.from({ length: 20 }, () => ask(two, '/later?seconds=3', { method: 'POST' }));
  await expect.poll(() => open(two)).toBe(20);
  const [worker] = (await two.admin<Status>('/status')).workers;
  process.kill(worker!.pid!, 'SIGKILL');
  const settled = await Promise.all(answers);
  expect(settled.filter(({ status }) => status === 502)).toHaveLength(worker!.open);
  expect(settled.filter(({ status }) => status === 200)).toEqual(Array(20 - worker!.open).fill(ok('later')));
});

test('callbacks that never return are interrupted, and the worker is used again', async () => {
  const pid = await ask(one, '/pid');
  expect((await ask(one, '/hang')).status).toBe(504);
  // Only after the default deadline, since others may wait for what runs.
  await one.logged('callbacks-interrupted');
  expect(await ask(one, '/pid')).toEqual(pid);
});

test('a reload and SIGTERM let open requests finish', async () => {
  const before = ask(two, '/later?seconds=2');
  await expect.poll(() => open(two)).toBe(1);
  const reloaded = await fetch(`${two.adminUrl}/reload`, { method: 'POST' });
  expect(reloaded.status).toBe(200);
  const after = ask(two, '/later?seconds=2');
  await expect.poll(() => open(two)).toBeGreaterThan(0);
  expect(await before).toEqual(ok('later'));
  two.signal('SIGTERM');
  expect(await after).toEqual(ok('later'));
  expect((await two.ended).code).toBe(0);
});
