import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type LogEntry, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('greedy.R'), {
    workers: 2,
    flags: ['--max-worker-requests', '20', '--max-worker-memory', '200mb', '--worker-memory-limit', '400mb'],
  });
});

afterAll(() => app?.stop());

async function ask(path: string): Promise<number> {
  const answer = await fetch(app.url + path);
  expect(answer.status).toBe(200);
  return (await answer.json()) as number;
}

const exitOf = (worker: unknown): Promise<LogEntry> =>
  app.logged('worker-exit', (entry) => entry.worker === worker);

test('replaces workers after --max-worker-requests, one at a time by a ready one, without losing a request', async () => {
  const long = [ask('/sleep?seconds=2'), ask('/sleep?seconds=2')]; // one on each worker, while the other requests wait
  const clients = Array.from({ length: 4 }, async () => {
    const pids = new Set<number>();
    for (let i = 0; i < 1000 && app.entries('recycling').length < 4; i++) pids.add(await ask('/sleep'));
    return pids;
  });
  await Promise.all(long);
  const pids = new Set((await Promise.all(clients)).flatMap((seen) => [...seen]));
  expect(pids.size).toBeGreaterThanOrEqual(4);

  const recycled = app.entries('recycling');
  expect(recycled.length).toBeGreaterThanOrEqual(3);
  for (const [i, { reason, worker }] of recycled.slice(0, -1).entries()) {
    const requests = Number(/answered (\d+) requests/.exec(String(reason))![1]);
    expect(requests).toBeGreaterThanOrEqual(20);
    expect(await exitOf(worker)).toMatchObject({ code: 0, level: 'info' });
    // The next worker is recycled only after this one's successor is ready, so two workers always serve.
    const ready = app.entries('worker-ready').slice(2)[i]!;
    expect(Date.parse(String(ready.time))).toBeLessThanOrEqual(Date.parse(String(recycled[i + 1]!.time)));
  }
});

test('replaces a worker that uses too much memory when it is idle', async () => {
  // A worker may be recycled for its number of requests first, and both may be.
  let recycled: LogEntry | undefined;
  while (recycled === undefined || /requests/.test(String(recycled.reason))) {
    const pid = await ask('/keep?mb=200');
    recycled = await app.logged('recycling', (entry) => entry.pid === pid);
  }
  expect(recycled.reason).toMatch(/it has \d{3} MB/);
  expect(await exitOf(recycled.worker)).toMatchObject({ code: 0, level: 'info' });
});

test('kills a worker above its memory limit, and tells the client why', async () => {
  const answer = await fetch(`${app.url}/hoard`);
  expect(answer.status).toBe(502);
  const why = /was killed with \d{3,4} MB, over its limit of 400 MB \(--worker-memory-limit\)/;
  expect(await answer.json()).toMatchObject({ code: 'worker_lost', message: expect.stringMatching(why) });
  const { msg, level } = await app.logged('worker-exit', ({ reason }) => reason !== undefined);
  expect([msg, level]).toEqual([expect.stringMatching(why), 'warn']);
  expect(typeof (await ask('/sleep'))).toBe('number');
});
