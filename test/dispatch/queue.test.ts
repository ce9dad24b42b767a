import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../support/raw-client.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), { workers: 1, flags: ['--queue-limit', '2'] });
});

afterAll(() => app?.stop());

const ask = (path: string, id: string, signal: AbortSignal | null = null): Promise<Response> =>
  fetch(app.url + path, { headers: { 'X-Request-Id': id }, signal });

const scale = (): Promise<object> => app.admin('/scale');

/** Occupies the only worker until `free` is called. */
async function occupy(id: string): Promise<{ free: () => Promise<void> }> {
  const leave = new AbortController();
  const slow = ask('/sleep?seconds=20', id, leave.signal).catch(() => undefined);
  await app.logged('output', (entry) => entry.msg === 'sleeping' && entry.requestId === id);
  return {
    free: async () => {
      leave.abort();
      await slow;
    },
  };
}

test('rejects requests over the queue limit at once with 503 and Retry-After, and answers the waiting ones', async () => {
  const { free } = await occupy('full');
  const waiting = ['a', 'b'].map((id) => ask(`/echo?msg=${id}`, id));
  await expect.poll(scale).toMatchObject({ ongoing: 3, queued: 2, workers: 1 });

  const refused = await ask('/echo', 'refused');
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  expect(await refused.json()).toEqual({
    error: '503 - Service Unavailable',
    code: 'queue_full',
    message: 'Too many requests are waiting. 2 wait already.',
    hint: expect.any(String),
    requestId: 'refused',
  });
  // The rejection did not wait: the requests ahead of it still do.
  expect(await scale()).toMatchObject({ queued: 2 });
  expect(await app.request('refused')).not.toHaveProperty('worker');

  await free();
  expect(await Promise.all(waiting.map(async (answer) => (await answer).json()))).toMatchObject([
    { msg: 'a' },
    { msg: 'b' },
  ]);
});

test('runs requests in order of arrival', async () => {
  const { free } = await occupy('ordered');
  const first = ask('/count', 'first').then((response) => response.json() as Promise<number>);
  await expect.poll(scale).toMatchObject({ queued: 1 });
  const second = ask('/count', 'second').then((response) => response.json() as Promise<number>);
  await expect.poll(scale).toMatchObject({ queued: 2 });
  await free();
  expect((await second) - (await first)).toBe(1);
});

test('does not call R for a request whose client disconnected while it waited', async () => {
  const counted = async (id: string): Promise<number> => (await (await ask('/count', id)).json()) as number;
  const before = await counted('before');
  const { free } = await occupy('ahead');
  const leave = new AbortController();
  const waiting = ask('/count', 'left', leave.signal).catch(() => 'left');
  await expect.poll(scale).toMatchObject({ queued: 1 });
  leave.abort();
  expect(await waiting).toBe('left');
  await expect.poll(scale).toMatchObject({ queued: 0 });

  await free();
  expect(await counted('after')).toBe(before + 1);
  expect(await app.request('left')).toMatchObject({ status: 0, bytes: 0 });
});

test('releases a worker at once if its client disconnects, and uses it again in a clean state', async () => {
  const pid = await (await ask('/pid', 'who')).json();
  for (let i = 0; i < 5; i++) {
    const { free } = await occupy(`leaves-${i}`);
    await free();
    const next = await ask(`/echo?msg=${i}`, `next-${i}`);
    expect(await next.json()).toEqual({ msg: String(i), pid });
    // on.exit() of the interrupted handler has run
    await app.logged('output', (entry) => entry.msg === 'woken' && entry.requestId === `leaves-${i}`);
  }
});

test('clients that disconnect right after their request do not cost a worker', async () => {
  const pid = await (await ask('/pid', 'which')).json();
  for (let i = 0; i < sized(15, 50); i++) {
    const client = await RawClient.open(app.port);
    await client.send('GET /sleep?seconds=20 HTTP/1.1\r\nHost: x\r\n\r\n').end().closed;
    const next = await ask('/pid', `after-${i}`);
    expect(await next.json()).toBe(pid);
  }
  expect(app.entries('worker-exit')).toEqual([]);
});

test('clients that disconnect while R reads their request do not cost a worker', async () => {
  const pid = await (await ask('/pid', 'reads')).json();
  const body = 'x'.repeat(900_000);
  const fields = `Host: x\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}`;
  const leave = async (id: string): Promise<void> => {
    const client = await RawClient.open(app.port);
    await client.sendMuch(
      Buffer.from(`POST /echo HTTP/1.1\r\n${fields}\r\nX-Request-Id: ${id}\r\n\r\n${body}`),
    );
    client.leave();
    await app.request(id);
  };
  for (let i = 0; i < sized(12, 60); i++)
    await Promise.all(['a', 'b', 'c'].map((name) => leave(`${name}-${i}`)));
  const next = await ask('/pid', 'has-read');
  expect(await next.json()).toBe(pid);
});

test('a client that disconnects just as its response arrives does not interrupt other requests', async () => {
  const pid = await (await ask('/pid', 'same')).json();
  for (let i = 0; i < sized(24, 60); i++) {
    const leave = new AbortController();
    const early = ask('/sleep?seconds=0.01', `early-${i}`, leave.signal).catch(() => undefined);
    const next = ask('/sleep?seconds=0.02', `beside-${i}`);
    await new Promise((resolve) => setTimeout(resolve, 8 + (i % 12)));
    leave.abort();
    expect(await (await next).json()).toBe(pid);
    await early;
  }
});
