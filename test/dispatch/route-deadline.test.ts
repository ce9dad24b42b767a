import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('policies.R'), { workers: 2, flags: ['--timeout', '2s'] });
});

afterAll(() => app?.stop());

/** Waits until replaced workers are idle. */
afterEach(async () => {
  await expect
    .poll(() => app.admin<{ workers: { state: string }[] }>('/status'), { timeout: 20_000, interval: 50 })
    .toMatchObject({ workers: [{ state: 'idle' }, { state: 'idle' }] });
});

/** The status, and the milliseconds until it arrived. */
async function ask(
  path: string,
  id: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; took: number }> {
  const start = performance.now();
  const { status } = await fetch(app.url + path, { headers: { ...headers, 'X-Request-Id': id } });
  return { status, took: performance.now() - start };
}

test.each([
  ['direct', '/brief'],
  ['plumber', '/brief-in-plumber'],
])('applies the deadline of @timeout in the %s lane, and logs where R was', async (lane, path) => {
  await ask(path, `${path}-first`); // the first request of a new worker takes longer, on a busy machine too long
  expect(await ask(path, `${path}-in-time`)).toMatchObject({ status: 200 });
  const late = await ask(`${path}?seconds=20`, path);
  expect(late.status).toBe(504);
  expect(late.took).toBeGreaterThanOrEqual(2490);
  // The handler would sleep for 20 s.
  expect(late.took).toBeLessThan(10_000);
  expect(await app.request(path)).toMatchObject({ lane, code: 'deadline_exceeded' });
  const interrupted = await app.logged('interrupted', ({ requestId }) => requestId === path);
  expect(interrupted).toMatchObject({
    level: 'warn',
    calls: ['<handler>', 'nap(seconds)', 'Sys.sleep(as.numeric(seconds))'],
    rMs: expect.any(Number),
  });
});

test('a route may have a longer deadline than the default of the server', async () => {
  const patient = ask('/patient?seconds=2.5', 'patient');
  expect(await ask('/usual?seconds=20', 'usual')).toMatchObject({ status: 504 });
  expect(await patient).toMatchObject({ status: 200 });
});

test('a client can shorten its deadline with X-Request-Timeout but not extend it', async () => {
  expect(await ask('/usual', 'unknown', { 'X-Request-Timeout': 'soon' })).toMatchObject({ status: 200 });
  const long = ask('/brief?seconds=20', 'long', { 'X-Request-Timeout': '60' });
  const short = await ask('/usual?seconds=20', 'short', { 'X-Request-Timeout': '300ms' });
  expect(short.status).toBe(504);
  expect(short.took).toBeLessThan(10_000);
  expect(await long).toMatchObject({ status: 504 });
});

test('a load balancer finds another replica with X-Queue-Timeout, on a connection that stays open', async () => {
  // A worker may be reserved for short requests, so one of the two may wait.
  const ongoing = [1, 2].map((number) => ask('/patient?seconds=1.5', `ongoing-${number}`));
  await expect
    .poll(() => app.admin('/scale'), { timeout: 10_000, interval: 20 })
    .toMatchObject({ ongoing: 2 });
  const refused = await fetch(`${app.url}/patient`, { headers: { 'X-Queue-Timeout': '25ms' } });
  expect([refused.status, refused.headers.get('connection')]).toEqual([425, 'keep-alive']);
  expect(await refused.json()).toMatchObject({ code: 'no_worker_free' });
  expect((await Promise.all(ongoing)).map(({ status }) => status)).toEqual([200, 200]);
});
