import { afterAll, beforeAll, expect, test } from 'vitest';
import { availableCpus } from '../../src/config/cpus.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  // No worker is kept for short requests, so that slow ones can use all three. None is killed because R takes its time
  // to return from an interrupt, as on a busy machine.
  app = await serve(fixtureApp('work.R'), {
    workers: '1..3',
    flags: ['--idle-timeout', '1s', '--reserved-workers', '0', '--interrupt-grace', '20s'],
  });
});

afterAll(() => app?.stop());

interface Status {
  readonly queued: number;
  readonly workers: { id: number; state: string }[];
}

const status = (): Promise<Status> => app.admin<Status>('/status');
const count = async (): Promise<number> => (await status()).workers.length;

test('starts with the minimum number of workers', async () => {
  expect(await count()).toBe(1);
});

test('adds workers up to the maximum while requests wait, even if no new request arrives', async () => {
  const leave = new AbortController();
  const slow = [1, 2, 3, 4].map(() =>
    fetch(`${app.url}/sleep?seconds=30`, { signal: leave.signal }).catch(() => undefined),
  );
  await app.printed('sleeping', { skip: 2 });
  expect(await status()).toMatchObject({
    queued: 1,
    workers: [{ state: 'busy' }, { state: 'busy' }, { state: 'busy' }],
  });
  leave.abort();
  await Promise.all(slow);
});

test('stops idle workers down to the minimum, without losing a request', async () => {
  await app.logged('worker-exit', undefined, { skip: 1 });
  const exits = app.entries('worker-exit');
  expect(exits.map(({ code, level }) => [code, level])).toEqual([
    [0, 'info'],
    [0, 'info'],
  ]);
  expect(await status()).toMatchObject({ workers: [{ state: 'idle' }] });
  expect((await fetch(`${app.url}/pid`)).status).toBe(200);
});

test('adds no worker for short requests one after another', async () => {
  for (let i = 0; i < 50; i++) await (await fetch(`${app.url}/pid`)).text();
  expect(await count()).toBe(1);
});

test('adds a worker in place of one that crashed, for a request that waits', async () => {
  const leave = new AbortController();
  const slow = ['/sleep?seconds=80', '/sleep?seconds=80', '/held?until=/never'].map((path) =>
    fetch(app.url + path, { signal: leave.signal }).catch(() => undefined),
  );
  await expect.poll(() => app.admin('/status')).toMatchObject({ running: 3 });
  const short = fetch(`${app.url}/pid`);
  await expect.poll(() => app.admin('/status')).toMatchObject({ queued: 1 });
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  process.kill(workers[0]!.pid, 'SIGKILL');
  expect((await short).status).toBe(200);
  expect(await status()).toMatchObject({ running: 2, queued: 0 });
  leave.abort();
  await Promise.all(slow);
});

test('adds a worker in place of one whose request passed its deadline, for a request that waits', async () => {
  const leave = new AbortController();
  const slow = [1, 2].map(() =>
    fetch(`${app.url}/sleep?seconds=80`, { signal: leave.signal }).catch(() => undefined),
  );
  await expect.poll(() => app.admin('/status')).toMatchObject({ running: 2 });
  const late = fetch(`${app.url}/stuck`, { headers: { 'X-Request-Timeout': '5s' } });
  await app.printed('stuck');
  const short = fetch(`${app.url}/pid`);
  expect((await late).status).toBe(504);
  expect((await short).status).toBe(200);
  leave.abort();
  await Promise.all(slow);
});

test('adds workers for slow requests while one is kept for short ones', async () => {
  const fresh = await serve(fixtureApp('work.R'), { workers: '1..3' });
  const ask = async (path: string, signal = AbortSignal.timeout(20_000)): Promise<number> => {
    const answer = await fetch(fresh.url + path, { signal });
    await answer.text();
    return answer.status;
  };
  const leave = new AbortController();
  try {
    for (let i = 0; i < 5; i++) await ask('/pid');
    await ask('/sleep?seconds=2'); // a slow route from now on
    const slow = [1, 2, 3, 4].map(() => ask('/sleep?seconds=80', leave.signal).catch(() => undefined));
    await expect.poll(() => fresh.admin('/status')).toMatchObject({ running: 2, queued: 2 });
    await expect
      .poll(async () => (await fresh.admin<Status>('/status')).workers.map(({ state }) => state))
      .toEqual(['busy', 'busy', 'idle']);
    expect(await ask('/pid')).toBe(200);
    leave.abort();
    await Promise.all(slow);
  } finally {
    await fresh.stop();
  }
});

test('adds no more workers than there are CPUs for requests that keep the CPU busy', async () => {
  const cpus = availableCpus();
  const busy = await serve(fixtureApp('work.R'), { workers: `1..${cpus + 3}` });
  try {
    const spinning = Array.from({ length: cpus + 3 }, () => fetch(`${busy.url}/spin?seconds=0.5`));
    for (const answer of await Promise.all(spinning)) expect(answer.status).toBe(200);
    expect(busy.entries('worker-ready').length).toBeLessThanOrEqual(cpus + 1);
  } finally {
    await busy.stop();
  }
});
