import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const rounds = sized(6, 20);
const concurrentRequests = 6;
/** Enough workers to answer while several are being replaced. */
const workers = 4;

let app: ServedApp;

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly body: unknown;
}

async function ask(path: string, init: RequestInit & { id: string }): Promise<Answer> {
  const { id, ...rest } = init;
  const response = await fetch(app.url + path, { ...rest, headers: { 'X-Request-Id': id } });
  return { id, status: response.status, body: await response.json() };
}

afterAll(() => app?.stop());

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), { workers, flags: ['--retry-safe'] });
});

test(`killing a worker under load fails only its running request, ${rounds} times in a row`, async () => {
  for (let round = 1; round <= rounds; round++) {
    const victim = ask('/sleep?seconds=30', { method: 'POST', id: `victim-${round}` });
    const running = await app.logged(
      'output',
      (entry) => entry.msg === 'sleeping' && entry.requestId === `victim-${round}`,
    );
    const others = Array.from({ length: concurrentRequests }, (_, i) => {
      const id = `other-${round}-${i}`;
      return ask(`/echo?msg=${id}`, { method: i % 2 === 0 ? 'GET' : 'POST', id });
    });
    const status = await app.admin<{ workers: { id: number; pid: number }[] }>('/status');
    const { pid } = status.workers.find(({ id }) => id === running.worker)!;
    process.kill(pid, 'SIGKILL');

    const lost = await victim;
    expect(lost.status).toBe(502);
    expect(lost.body).toMatchObject({
      error: '502 - Bad Gateway',
      code: 'worker_lost',
      message: expect.stringContaining('It was killed by SIGKILL.'),
      requestId: lost.id,
    });
    for (const other of await Promise.all(others)) {
      expect(other).toMatchObject({ status: 200, body: { msg: other.id } });
    }
  }
  // Every killed worker is replaced.
  await app.logged('worker-ready', undefined, { skip: workers + rounds - 1 });
  const status = await app.admin<{ workers: { state: string }[]; restarts: number }>('/status');
  expect(status.workers.map(({ state }) => state)).toEqual(Array(workers).fill('idle'));
  expect(status.restarts).toBe(rounds);
  expect(app.entries('worker-exit')).toHaveLength(rounds);
}, 90_000);

test('a worker killed under many short requests fails at most one of them, and no other answer is wrong', async () => {
  const before = app.entries('worker-exit').length;
  const kills = sized(3, 8);
  let flooding = true;
  let answered = 0;
  const lost: Answer[] = [];
  const flood = async (client: number): Promise<void> => {
    for (let i = 0; flooding; i++) {
      const id = `flood-${client}-${i}`;
      const answer = await ask(`/echo?msg=${id}`, { method: 'POST', id });
      answered += 1;
      if (answer.status !== 200) lost.push(answer);
      else expect(answer.body).toMatchObject({ msg: id });
    }
  };
  const clients = Array.from({ length: 16 }, (_, i) => flood(i));
  for (let i = 0; i < kills; i++) {
    const { workers: all } = await app.admin<{ workers: { pid: number; state: string }[] }>('/status');
    const busy = all.find(({ state }) => state === 'busy') ?? all.find(({ state }) => state === 'idle');
    if (busy === undefined) break;
    process.kill(busy.pid, 'SIGKILL');
    await app.logged('worker-exit', ({ pid }) => pid === busy.pid);
    const target = answered + 60;
    await expect.poll(() => answered, { timeout: 60_000 }).toBeGreaterThan(target);
  }
  flooding = false;
  await Promise.all(clients);
  expect(app.entries('worker-exit')).toHaveLength(before + kills);
  expect(lost.length).toBeLessThanOrEqual(kills);
  for (const { body, status } of lost) {
    expect([status, body]).toMatchObject([502, { code: 'worker_lost' }]);
  }
}, 60_000);

test('--retry-safe retries a GET on another worker if its worker was killed', async () => {
  const answer = ask('/sleep?seconds=2', { id: 'retried' });
  const first = await app.logged('output', (entry) => entry.requestId === 'retried');
  const { workers } = await app.admin<{ workers: { id: number; pid: number }[] }>('/status');
  process.kill(workers.find(({ id }) => id === first.worker)!.pid, 'SIGKILL');
  expect(await answer).toMatchObject({ status: 200 });

  const record = await app.request('retried');
  expect(record.worker).not.toBe(first.worker);
});

test('--retry-safe runs a GET that kills its workers at most twice', async () => {
  const before = app.entries('worker-exit').length;
  const answer = ask('/sleep?seconds=30', { id: 'killer' });
  const killed: number[] = [];
  for (const attempt of [0, 1]) {
    const run = await app.logged(
      'output',
      (entry) => entry.requestId === 'killer' && entry.msg === 'sleeping',
      { skip: attempt },
    );
    const { workers } = await app.admin<{ workers: { id: number; pid: number }[] }>('/status');
    const { pid } = workers.find(({ id }) => id === run.worker)!;
    process.kill(pid, 'SIGKILL');
    killed.push(pid);
  }
  expect(await answer).toMatchObject({ status: 502, body: { code: 'worker_lost' } });
  for (const pid of killed) await app.logged('worker-exit', (entry) => entry.pid === pid);
  expect(app.entries('worker-exit')).toHaveLength(before + 2);
});
