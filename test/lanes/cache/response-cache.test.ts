import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('policies.R'), { workers: 2, flags: ['--cache-limit', '16kb'] });
});

afterAll(() => app?.stop());

const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(app.url + path, init);
const text = async (path: string, init: RequestInit = {}): Promise<string> => (await ask(path, init)).text();

test.each(['/kept', '/kept-in-plumber'])(
  '%s answers a repeated request from the cache, without R',
  async (path) => {
    const first = await ask(`${path}?x=1`);
    const again = await ask(`${path}?x=1`, { headers: { 'X-Request-Id': `again${path}` } });
    expect(await again.text()).toBe(await first.text());
    expect(await app.request(`again${path}`)).toMatchObject({ status: 200, lane: 'cache' });
    expect(await app.request(`again${path}`)).not.toHaveProperty('worker');
    expect(await text(`${path}?x=2`)).not.toBe(await text(`${path}?x=1`));
  },
);

test('a cached response has the headers Age, Cache-Control and Vary', async () => {
  await ask('/kept?x=headers');
  const { headers } = await ask('/kept?x=headers');
  expect(Number(headers.get('age'))).toBeLessThan(60);
  expect(headers.get('cache-control')).toBe('max-age=60');
  expect(headers.get('vary')).toBe('accept-encoding, authorization, cookie');
  expect(headers.get('content-type')).toBe('application/json');
});

test('answers 304 if the client already has the response', async () => {
  const first = await ask('/kept?x=etag');
  const etag = first.headers.get('etag')!;
  const body = await first.text();
  const same = await ask('/kept?x=etag', { headers: { 'If-None-Match': `"other", ${etag}` } });
  expect(same.status).toBe(304);
  expect(same.headers.get('etag')).toBe(etag);
  expect(await same.text()).toBe('');
  const other = await ask('/kept?x=etag', { headers: { 'If-None-Match': '"other"' } });
  expect(await other.text()).toBe(body);
});

test('computes identical concurrent requests only once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => text('/kept?x=together&seconds=0.3')));
  expect(new Set(answers).size).toBe(1);
});

test('continues a shared computation when the first client disconnects', async () => {
  const gone = new AbortController();
  const headers = { 'X-Request-Id': 'leader' };
  const first = ask('/kept?x=leaves&seconds=1.5', { headers, signal: gone.signal }).catch(() => 'left');
  await app.logged('output', ({ requestId }) => requestId === 'leader');
  const second = ask('/kept?x=leaves&seconds=1.5', { headers: { 'X-Request-Id': 'second' } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  gone.abort();
  expect(await first).toBe('left');
  expect(await (await second).json()).toMatchObject({ x: 'leaves' });
  expect(await app.request('second')).not.toHaveProperty('worker');
  expect(app.entries('interrupted')).toEqual([]);
});

test('each request that waits for a shared computation has its own deadline', async () => {
  const first = text('/kept?x=late&seconds=0.6');
  const short = await ask('/kept?x=late&seconds=0.6', { headers: { 'X-Request-Timeout': '100ms' } });
  expect(short.status).toBe(504);
  expect(await first).toContain('late');
});

test.each([
  ['Authorization', 'Bearer x'],
  ['Cookie', 'who=me'],
  ['X-API-Key', 'x'],
])('a request with %s is neither answered from the cache nor stored in it', async (name, value) => {
  const path = `/kept?x=${name}`;
  const mine = await ask(path, { headers: { [name]: value } });
  expect(mine.headers.get('cache-control')).toBeNull();
  const others = await text(path);
  expect(await mine.text()).not.toBe(others);
  expect(await text(path, { headers: { [name]: value } })).not.toBe(others);
});

test('caches a public response for all clients, separately for each value of a header that it depends on', async () => {
  const headers = { Authorization: 'Bearer x' };
  const first = await ask('/kept-for-all', { headers });
  expect(first.headers.get('cache-control')).toBe('public, max-age=60');
  expect(await text('/kept-for-all')).toBe(await first.text());
  const german = { headers: { 'Accept-Language': 'de' } };
  expect(await text('/kept-for-all', german)).not.toBe(await text('/kept-for-all'));
  expect(await text('/kept-for-all', german)).toBe(await text('/kept-for-all', german));
});

test.each(['cookie=me', 'status=500', 'status=404', 'control=no-store', 'control=private'])(
  'does not cache a response with %s',
  async (query) => {
    expect(await text(`/kept-unless?${query}`)).not.toBe(await text(`/kept-unless?${query}`));
  },
);

test('drops a cached response when it expires', async () => {
  const first = await text('/kept-briefly');
  await expect.poll(() => text('/kept-briefly')).not.toBe(first);
});

test('caches a POST by its body', async () => {
  const post = (x: string): Promise<string> =>
    text('/kept', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ x }),
    });
  expect(await post('a')).toBe(await post('a'));
  expect(await post('b')).not.toBe(await post('a'));
});

test('the cache stays within its memory limit and keeps what was requested last', async () => {
  const last = await text('/kept?x=stays');
  for (let i = 0; i < 60; i++) {
    await text(`/kept?x=${i}`);
    if (i % 10 === 0) expect(await text('/kept?x=stays')).toBe(last);
  }
  const first = await app.admin('/status');
  expect(first.cache).toMatchObject({ limit: 16_384 });
  expect((first.cache as { bytes: number }).bytes).toBeLessThanOrEqual(16_384);
  expect((first.cache as { entries: number }).entries).toBeLessThan(60);
});
