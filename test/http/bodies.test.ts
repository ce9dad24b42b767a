import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const mb = 1024 ** 2;
const limit = 2 * mb;
/** Large enough to come in many pieces, and to fill the buffers of the system. */
const size = sized(12, 100);

let large: ServedApp;
let small: ServedApp;

beforeAll(async () => {
  [large, small] = await Promise.all([
    serve(fixtureApp('bodies.R'), { workers: 1 }),
    serve(fixtureApp('bodies.R'), {
      workers: 1,
      flags: ['--body-limit', '2mb', '--response-limit', '2mb'],
    }),
  ]);
});

afterAll(() => Promise.all([large?.stop(), small?.stop()]));

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function post(app: ServedApp, path: string, body: Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  return fetch(app.url + path, { method: 'POST', headers, body });
}

const bytesOf = async (response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer());

test(`${size} MB go through R and back unchanged`, async () => {
  const sent = randomBytes(size * mb);
  const response = await post(large, '/mirror', sent);
  expect(response.status).toBe(200);
  const got = await bytesOf(response);
  expect(got.length).toBe(sent.length);
  expect(digest(got)).toBe(digest(sent));
}, 60_000);

test('a large answer is logged with its bytes, as it was sent', async () => {
  const response = await fetch(`${large.url}/bytes?n=${size * mb}`, {
    headers: { 'Accept-Encoding': 'identity' },
  });
  expect((await bytesOf(response)).length).toBe(size * mb);
  const record = await large.logged('request', ({ path }) => path === '/bytes');
  expect(record).toMatchObject({ status: 200, bytes: size * mb });
});

test('a body of just the limit is taken, one byte more is refused with 413', async () => {
  const fits = await post(small, '/size', new Uint8Array(limit));
  expect([fits.status, await fits.json()]).toEqual([200, limit]);

  const tooLarge = await post(small, '/size', new Uint8Array(limit + 1));
  expect(tooLarge.status).toBe(413);
  expect(await tooLarge.json()).toMatchObject({
    error: '413 - Payload Too Large',
    code: 'body_too_large',
    message: expect.stringContaining(`the limit is ${limit} bytes`),
  });
});

test('a body without announced length is refused with 413 once it is over the limit', async () => {
  const client = await RawClient.open(small.port);
  client.send('POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.from(`${(64 * 1024).toString(16)}\r\n${'a'.repeat(64 * 1024)}\r\n`);
  for (let sent = 0; sent < 8 * limit; sent += chunk.length) await client.sendMuch(chunk);
  const answer = await client.closed;
  expect(statusesIn(answer)).toEqual([413]);
  expect(answer).toContain('more than 2097152 bytes');
});

test('a client that asks first is told so before it sends anything', async () => {
  const client = await RawClient.open(small.port);
  client.send('POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n');
  expect(statusesIn(await client.closed)).toEqual([413]);
});

test.each([
  ['/bytes', 3 * mb],
  ['/numbers', 5e5],
])('an answer over the limit becomes a 500 and costs no worker: %s', async (path, n) => {
  const response = await fetch(`${small.url}${path}?n=${n}`);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'response_too_large' });
  expect(await (await fetch(`${small.url}/numbers?n=3`)).json()).toEqual([1, 2, 3]);
  expect(small.entries('worker-exit')).toEqual([]);
});

test('a value that takes long to print does not hold up the gateway', async () => {
  const count = sized(4e5, 3e6);
  let waiting = true;
  const answer = fetch(`${large.url}/numbers?n=${count}`).finally(() => {
    waiting = false;
  });
  const started = performance.now();
  const times: number[] = [];
  while (waiting) {
    const begun = performance.now();
    await large.admin('/scale');
    times.push(performance.now() - begun);
  }
  const total = performance.now() - started;
  expect(((await (await answer).json()) as number[]).length).toBe(count);
  // Printing takes far longer than any of them.
  expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.9)]).toBeLessThan(Math.max(100, total / 10));
});

test('a client that leaves in the middle of a large answer or upload harms nobody', async () => {
  const leaving = await RawClient.open(large.port);
  leaving.send(`GET /bytes?n=${size * mb} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await leaving.until(/\r\n\r\n/);
  leaving.leave();

  const uploading = await RawClient.open(large.port);
  uploading.send(`POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: ${size * mb}\r\n\r\n`);
  await uploading.sendMuch(Buffer.alloc(4 * mb));
  uploading.leave();

  await expect.poll(() => large.admin('/scale')).toMatchObject({ ongoing: 0 });
  expect(await (await post(large, '/size', new Uint8Array(7))).json()).toBe(7);
  expect(isRunning(large.pid)).toBe(true);
});
