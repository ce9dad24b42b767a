import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PenstockError } from '../../src/errors.js';
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
async function arriving(memory: BodyMemory, limit = 10 * MB): Promise<Arriving> {
  const requested = once(server, 'request') as Promise<[IncomingMessage]>;
  const client = (await RawClient.open(port)).send(HEAD);
  const [request] = await requested;
  const incoming = new RequestBody(request, limit, memory);
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

test('a body that grows from one chunk to many megabytes arrives unchanged', async () => {
  const memory = new BodyMemory(10 * MB);
  const { client, read } = await arriving(memory);
  const sent: Buffer[] = [];
  for (let size = 1; size < 3 * MB; size *= 3) {
    const chunk = Buffer.alloc(size, `${size}`);
    sent.push(chunk);
    await client.sendMuch(
      Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
    );
  }
  client.send('0\r\n\r\n');
  expect(Buffer.compare(await read, Buffer.concat(sent))).toBe(0);
  client.leave();
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
