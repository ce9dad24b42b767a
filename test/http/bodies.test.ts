import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const MB = 1024 ** 2;
const LIMIT_BYTES = 2 * MB;
/** Large enough to arrive in many pieces, and to fill the buffers of the system. */
const SIZE_MB = sized(12, 100);

const folder = mkdtempSync(join(tmpdir(), 'bodies-'));
/** Where a handler writes the path of its body before it ends its worker. */
const uploaded = join(folder, 'path');

let large: ServedApp;
let small: ServedApp;

beforeAll(async () => {
  [large, small] = await Promise.all([
    serve(fixtureApp('bodies.R'), {
      workers: 1,
      flags: ['--body-file-size', '4mb'],
      env: { UPLOADED: uploaded },
    }),
    serve(fixtureApp('bodies.R'), {
      workers: 1,
      flags: ['--body-limit', '2mb', '--response-limit', '2mb'],
    }),
  ]);
});

afterAll(async () => {
  await Promise.all([large?.stop(), small?.stop()]);
  rmSync(folder, { recursive: true });
});

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function post(app: ServedApp, path: string, body: Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  return fetch(app.url + path, { method: 'POST', headers, body });
}

const bytesOf = async (response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer());

test.each([3, SIZE_MB])(
  '%i MB pass through R and back unchanged',
  async (megabytes) => {
    const sent = randomBytes(megabytes * MB);
    const response = await post(large, '/mirror', sent);
    expect(response.status).toBe(200);
    const got = await bytesOf(response);
    expect(got.length).toBe(sent.length);
    expect(digest(got)).toBe(digest(sent));
  },
  60_000,
);

const hash = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** What `/upload` returns. */
interface Upload {
  readonly file: string;
  readonly digest: string;
  readonly parts: Readonly<Record<string, object>>;
}

test('a large body is in a file of its own, which goes when the request is answered', async () => {
  const sent = randomBytes(5 * MB);
  const answer = (await (await post(large, '/upload', sent)).json()) as Upload;
  expect(answer.digest).toBe(hash(sent));
  await expect.poll(() => existsSync(dirname(answer.file))).toBe(false);
  await expect.poll(bytesInFiles).toBe(0);
});

async function bytesInFiles(): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', large.adminUrl))).text();
  return Number(/^penstock_body_file_bytes (\d+)$/m.exec(metrics)?.[1]);
}

/** A multipart body with a boundary that the file almost contains. */
function multipart(file: Buffer): Buffer<ArrayBuffer> {
  const part = (head: string): string => `--edge\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(`${part('name="text"\r\nContent-Type: text/plain')}some words\r\n`),
    Buffer.from(part('name="file"; filename="data.bin"\r\nContent-Type: application/octet-stream')),
    file,
    Buffer.from(`\r\n${part('name="none"')}\r\n--edge--\r\n`),
  ]);
}

function postMultipart(path: string, body: Buffer<ArrayBuffer>): Promise<Response> {
  const headers = { 'Content-Type': 'multipart/form-data; boundary=edge' };
  return fetch(large.url + path, { method: 'POST', headers, body });
}

test('the parts of a large multipart body are files', async () => {
  const file = Buffer.concat([randomBytes(4 * MB - 7), Buffer.from('\r\n--edg\r\n-'), randomBytes(MB)]);
  const answer = (await (await postMultipart('/upload', multipart(file))).json()) as Upload;
  expect(answer.parts).toEqual({
    text: { type: 'text/plain', digest: hash(Buffer.from('some words')) },
    file: { filename: 'data.bin', type: 'application/octet-stream', digest: hash(file) },
    none: { digest: hash(Buffer.alloc(0)) },
  });
});

test.each([1, 5])('handlers get the arguments of a multipart body of %i MB', async (megabytes) => {
  const response = await postMultipart('/arguments', multipart(randomBytes(megabytes * MB)));
  expect(await response.json()).toEqual({ text: 'some words', files: 'data.bin', bytes: megabytes * MB });
});

test('a multipart body that ends early is an error, not a part of it', async () => {
  const whole = multipart(randomBytes(5 * MB));
  const response = await postMultipart('/upload', whole.subarray(0, whole.length - 4));
  expect(response.status).toBe(500);
});

test('the file of a request goes with a worker that dies', async () => {
  expect((await post(large, '/deadly', randomBytes(5 * MB))).status).toBe(502);
  const file = readFileSync(uploaded, 'utf8').trim();
  await expect.poll(() => existsSync(dirname(file))).toBe(false);
});

test('logs the size of a large response as it was sent', async () => {
  const response = await fetch(`${large.url}/bytes?n=${SIZE_MB * MB}`, {
    headers: { 'Accept-Encoding': 'identity' },
  });
  expect((await bytesOf(response)).length).toBe(SIZE_MB * MB);
  const record = await large.logged('request', ({ path }) => path === '/bytes');
  expect(record).toMatchObject({ status: 200, bytes: SIZE_MB * MB });
});

test('accepts a body at the limit, and rejects one byte more with 413', async () => {
  const fits = await post(small, '/size', new Uint8Array(LIMIT_BYTES));
  expect([fits.status, await fits.json()]).toEqual([200, LIMIT_BYTES]);

  const tooLarge = await post(small, '/size', new Uint8Array(LIMIT_BYTES + 1));
  expect(tooLarge.status).toBe(413);
  expect(await tooLarge.json()).toMatchObject({
    error: '413 - Payload Too Large',
    code: 'body_too_large',
    message: expect.stringContaining(`the limit is ${LIMIT_BYTES} bytes`),
  });
});

test('rejects a chunked body with 413 as soon as it exceeds the limit', async () => {
  const client = await RawClient.open(small.port);
  client.send('POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.from(`${(64 * 1024).toString(16)}\r\n${'a'.repeat(64 * 1024)}\r\n`);
  for (let sent = 0; sent < 8 * LIMIT_BYTES; sent += chunk.length) await client.sendMuch(chunk);
  const answer = await client.closed;
  expect(statusesIn(answer)).toEqual([413]);
  expect(answer).toContain('more than 2097152 bytes');
});

test('rejects Expect: 100-continue with 413 before the client sends its body', async () => {
  const client = await RawClient.open(small.port);
  client.send('POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n');
  expect(statusesIn(await client.closed)).toEqual([413]);
});

test.each([
  ['/bytes', 3 * MB],
  ['/numbers', 5e5],
])('replaces a response over the limit with a 500, and keeps the worker: %s', async (path, n) => {
  const response = await fetch(`${small.url}${path}?n=${n}`);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'response_too_large' });
  expect(await (await fetch(`${small.url}/numbers?n=3`)).json()).toEqual([1, 2, 3]);
  expect(small.entries('worker-exit')).toEqual([]);
});

test('a value that takes long to print does not block the gateway', async () => {
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
  // Printing takes far longer than any of these requests.
  expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.9)]).toBeLessThan(Math.max(100, total / 10));
});

test('a client that disconnects during a large response or upload does not affect others', async () => {
  const leaving = await RawClient.open(large.port);
  leaving.send(`GET /bytes?n=${SIZE_MB * MB} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await leaving.until(/\r\n\r\n/);
  leaving.leave();

  const uploading = await RawClient.open(large.port);
  uploading.send(`POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE_MB * MB}\r\n\r\n`);
  await uploading.sendMuch(Buffer.alloc(4 * MB));
  uploading.leave();

  await expect.poll(() => large.admin('/scale')).toMatchObject({ ongoing: 0 });
  await expect.poll(bytesInFiles).toBe(0);
  expect(await (await post(large, '/size', new Uint8Array(7))).json()).toBe(7);
  expect(isRunning(large.pid)).toBe(true);
});
