import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { untilBatched } from '../support/together.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('policies.R'), { workers: 2 });
});

afterAll(() => app?.stop());

const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(app.url + path, init);

const scale = (): Promise<object> => app.admin('/scale');

interface Held {
  /** Disconnects the client. */
  leave(): Promise<void>;
}

let naps = 0;

/** Sends a request that keeps its worker busy; resolves once the handler runs. */
async function hold(path: string): Promise<Held> {
  const id = `nap-${naps++}`;
  const gone = new AbortController();
  const answer = ask(path, { signal: gone.signal, headers: { 'X-Request-Id': id } }).catch(() => undefined);
  await app.logged('output', ({ requestId }) => requestId === id);
  return {
    leave: async () => {
      gone.abort();
      await answer;
    },
  };
}

test.each(['/single', '/single-in-plumber'])(
  '@concurrency limits %s and leaves the other workers to other routes',
  async (path) => {
    const first = await hold(`${path}?seconds=20`);
    const second = ask(path);
    await expect.poll(scale).toMatchObject({ ongoing: 2, queued: 1 });
    expect((await ask('/usual')).status).toBe(200);
    await first.leave();
    expect((await second).status).toBe(200);
  },
);

test('@concurrency limits batches', async () => {
  await untilBatched(app, '/single-batch', (i) => ask(`/single-batch?seconds=0.00${i + 10}`));
  const first = await hold('/single-batch?seconds=20');
  const others = [1, 2, 3].map((i) =>
    ask('/single-batch?seconds=0', { headers: { 'X-Request-Id': `batch-${i}` } }),
  );
  await expect.poll(scale).toMatchObject({ ongoing: 4, queued: 3 });
  expect((await ask('/usual')).status).toBe(200);
  await first.leave();
  for (const answer of others) expect(await (await answer).json()).toEqual(['0']);
  expect(await app.request('batch-1')).toMatchObject({ batch: 3 });
});

test('a request that waits for its route can be cancelled or time out', async () => {
  const first = await hold('/single?seconds=20');
  const gone = new AbortController();
  const leaves = ask('/single', { signal: gone.signal }).catch(() => 'left');
  await expect.poll(scale).toMatchObject({ queued: 1 });
  gone.abort();
  expect(await leaves).toBe('left');
  await expect.poll(scale).toMatchObject({ queued: 0 });
  expect((await ask('/single', { headers: { 'X-Request-Timeout': '50ms' } })).status).toBe(504);
  await first.leave();
  expect((await ask('/single')).status).toBe(200);
});

test('slow routes leave a worker free for fast routes', async () => {
  expect((await ask('/usual')).status).toBe(200);
  const slow = await hold('/slow?seconds=20');
  const gone = new AbortController();
  const more = [1, 2, 3].map(() => ask('/slow', { signal: gone.signal }).catch(() => undefined));
  await expect.poll(scale).toMatchObject({ ongoing: 4, queued: 3 });
  for (let i = 0; i < 5; i++) expect((await ask('/usual')).status).toBe(200);
  expect(await scale()).toMatchObject({ queued: 3 });
  await slow.leave();
  await Promise.all(more);
});

test('@warmup runs its requests in each worker before it serves, and leaves nothing else behind', async () => {
  const answer = await (await ask('/warmed/1')).json();
  expect(answer).toEqual({ warmups: 6, folder: 'apps', draws_again: true });
});

test('a request of @warmup that fails is reported with its place, and the worker serves', () => {
  const warnings = app.entries('output').map(({ msg }) => String(msg));
  expect(warnings).toContainEqual(
    expect.stringMatching(/@warmup at .*policies\.R:\d+ \(GET \/fails-to-warm-up\) failed: status 500$/),
  );
});
