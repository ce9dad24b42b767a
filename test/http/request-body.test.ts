import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PenstockError } from '../../src/errors.js';
import { BodyFiles } from '../../src/http/body-files.js';
import { BodyMemory } from '../../src/http/body-memory.js';
import { RequestBody } from '../../src/http/request-body.js';
import { RawClient } from '../support/raw-client.js';

const MB = 1024 ** 2;
const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Arriving {
  readonly client: RawClient;
  readonly incoming: RequestBody;
  readonly read: Promise<Buffer>;
}

/** A chunked request whose head has arrived. */
async function arriving(memory: BodyMemory, limit = 10 * MB, files?: BodyFiles): Promise<Arriving> {
  const requested = once(server, 'request') as Promise<[IncomingMessage]>;
  const client = (await RawClient.open(port)).send(HEAD);
  const [request] = await requested;
  const incoming = new RequestBody(request, limit, memory, files);
  const read = new Promise<Buffer>((resolve, reject) => {
    incoming.read((error: PenstockError | undefined, body) =>
      error === undefined ? resolve(body) : reject(error),
    );
  });
  return { client, incoming, read };
}

const inChunks = (text: string): Buffer =>
  Buffer.from([...text].map((character) => `1\r\n${character}\r\n`).join(''));

function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}

test('a body in chunks of one byte is read whole, and takes about as much memory as it has bytes', async () => {
  const memory = new BodyMemory(10 * MB);
  const text = 'abcdefghij'.repeat(10_000);
  const { client, incoming, read } = await arriving(memory);
  const chunks = inChunks(text);
  const before = memoryInUse();
  await client.sendMuch(chunks);
  await expect.poll(() => memory.used).toBe(2 ** 17);
  expect(memoryInUse() - before).toBeLessThan(2 * MB);
  client.send('0\r\n\r\n');
  expect(String(await read)).toBe(text);
  incoming.release();
  expect(memory.used).toBe(0);
  client.leave();
});

/** Sends chunks, each three times as long as the one before, and returns the whole body. */
async function sendGrowing(client: RawClient, most: number): Promise<Buffer> {
  const sent: Buffer[] = [];
  for (let size = 1; size < most; size *= 3) {
    const chunk = Buffer.alloc(size, `${size}`);
    sent.push(chunk);
    await client.sendMuch(
      Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
    );
  }
  return Buffer.concat(sent);
}

test('a body that grows from one chunk to many megabytes arrives unchanged', async () => {
  const memory = new BodyMemory(10 * MB);
  const { client, read } = await arriving(memory);
  const sent = await sendGrowing(client, 3 * MB);
  client.send('0\r\n\r\n');
  expect(Buffer.compare(await read, sent)).toBe(0);
  client.leave();
});

test.each([
  ['grows to the size of a file', MB],
  ['begins as one', 1],
])('a body that %s is in a file, takes no memory, and goes with its request', async (_, least) => {
  const memory = new BodyMemory(2 * MB);
  const files = new BodyFiles(least, 10 * MB);
  const { client, incoming, read } = await arriving(memory, 10 * MB, files);
  const sent = await sendGrowing(client, 3 * MB);
  client.send('0\r\n\r\n');
  expect((await read).length).toBe(0);
  const path = incoming.file!;
  expect(Buffer.compare(readFileSync(path), sent)).toBe(0);
  expect([memory.used, files.used]).toEqual([0, sent.length]);
  incoming.release();
  expect(files.used).toBe(0);
  await expect.poll(() => existsSync(dirname(path))).toBe(false);
  client.leave();
  files.close();
});

test('the file of a client that leaves early is removed', async () => {
  const files = new BodyFiles(1, 10 * MB);
  const { client, incoming } = await arriving(new BodyMemory(MB), 10 * MB, files);
  client.send('5\r\nbegun\r\n');
  await expect.poll(() => incoming.file !== undefined && existsSync(incoming.file)).toBe(true);
  client.leave();
  incoming.release();
  await expect.poll(() => existsSync(dirname(incoming.file!))).toBe(false);
  files.close();
});

test('files count against the disk space for all bodies, from their beginning', async () => {
  const files = new BodyFiles(1000, 2500);
  const send = async (text: string): Promise<Arriving> => {
    const body = await arriving(new BodyMemory(MB), 10 * MB, files);
    body.client.send(`${text.length.toString(16)}\r\n${text}\r\n`);
    return body;
  };
  const first = await send('a'.repeat(1400));
  await expect.poll(() => files.used).toBe(1400);
  const second = await send('b'.repeat(1000));
  await expect.poll(() => files.used).toBe(2400);
  const third = await send('c'.repeat(1000));
  await expect(third.read).rejects.toMatchObject({ code: 'body_disk_full' });
  second.client.send('65\r\n'.concat('b'.repeat(101), '\r\n'));
  await expect(second.read).rejects.toMatchObject({ code: 'body_disk_full' });
  for (const { client, incoming } of [first, second, third]) {
    incoming.release();
    client.leave();
  }
  expect(files.used).toBe(0);
  files.close();
});

test('a file that cannot be written fails only its request, with the reason', async () => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = '/no/such/folder';
  const files = new BodyFiles(1, MB);
  try {
    const { client, incoming, read } = await arriving(new BodyMemory(MB), MB, files);
    client.send('5\r\nbegun\r\n');
    await expect(read).rejects.toMatchObject({
      code: 'body_disk_full',
      message: expect.stringContaining('/no/such'),
    });
    incoming.release();
    client.leave();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

test('small bodies count against the memory for all bodies, too', async () => {
  const memory = new BodyMemory(1500);
  const first = await arriving(memory);
  first.client.send('3e8\r\n'.concat('a'.repeat(1000), '\r\n'));
  await expect.poll(() => memory.used).toBe(1000);
  const second = await arriving(memory);
  second.client.send('258\r\n'.concat('a'.repeat(600), '\r\n'));
  await expect(second.read).rejects.toMatchObject({ code: 'body_memory_full' });
  first.incoming.release();
  expect(memory.used).toBe(0);
  first.client.leave();
  second.client.leave();
});
