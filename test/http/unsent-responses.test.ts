import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PenstockError } from '../../src/errors.js';
import { ConnectionLimits } from '../../src/http/connection-limits.js';
import { sendReply } from '../../src/http/reply.js';
import { UnsentResponses } from '../../src/http/unsent-responses.js';
import { FakeClock } from '../support/fake-clock.js';

/** More than the buffers of the system take. */
const BODY_BYTES = 20 * 1024 ** 2;

let server: Server;

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const limitedTo = (room: number): ConnectionLimits =>
  new ConnectionLimits({ maxConnections: 0, maxConnectionsPerClient: 0, room, tell: false }, () => {});

interface Setting {
  readonly clock: FakeClock;
  readonly cut: PenstockError[];
  readonly unsent: UnsentResponses;
  /** Sends a large response to a client that does not read it. */
  send(): Promise<{ client: Socket; response: ServerResponse }>;
  /** A request, and the response that is to be sent. */
  ask(): Promise<{ client: Socket; request: IncomingMessage; response: ServerResponse }>;
}

function setting(limits: { responseMemory: number; sendTimeout: number }): Setting {
  const clock = new FakeClock();
  const cut: PenstockError[] = [];
  const files = limitedTo(1);
  const unsent = new UnsentResponses(
    limits,
    () => files,
    (error) => cut.push(error),
    clock,
  );
  const ask: Setting['ask'] = async () => {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    client.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [request, response] = await once(server, 'request');
    unsent.watch(response);
    response.once('close', () => unsent.release(response));
    return { client, request, response };
  };
  const send: Setting['send'] = async () => {
    const { client, request, response } = await ask();
    const reply = { status: 200, headers: [] as [string, string][], body: Buffer.alloc(BODY_BYTES) };
    sendReply(request, response, reply)?.catch(() => {});
    // As much as the system takes has been taken when nothing moves any more.
    let before = 0;
    await expect
      .poll(() => {
        const { bytesWritten } = response.socket!;
        const still = bytesWritten > 0 && bytesWritten === before;
        before = bytesWritten;
        return still;
      })
      .toBe(true);
    return { client, response };
  };
  return { ask, clock, cut, unsent, send };
}

const SECOND = 1000;

test('a client that does not read its response is disconnected after the send timeout', async () => {
  const { clock, cut, send, unsent } = setting({ responseMemory: 10 * BODY_BYTES, sendTimeout: 5 * SECOND });
  const { response } = await send();
  expect(unsent.used).toBe(BODY_BYTES);
  clock.advance(1 * SECOND); // bytes that were taken since the response was begun
  clock.advance(4 * SECOND);
  expect(response.destroyed).toBe(false);
  clock.advance(3 * SECOND);
  expect(response.destroyed).toBe(true);
  expect(cut.map(({ code }) => code)).toEqual(['response_unread']);
  expect([unsent.used, clock.pending]).toEqual([0, 0]);
});

test('a client that reads slowly gets its whole response', async () => {
  const { clock, cut, send } = setting({ responseMemory: 10 * BODY_BYTES, sendTimeout: 5 * SECOND });
  const { client, response } = await send();
  let received = 0;
  client.on('data', (piece) => {
    received += piece.length;
  });
  while (!response.writableFinished) {
    client.resume();
    const before = response.socket?.bytesWritten;
    await expect
      .poll(() => response.writableFinished || response.socket?.bytesWritten !== before, { interval: 1 })
      .toBe(true);
    client.pause();
    clock.advance(4 * SECOND);
  }
  client.resume();
  await expect.poll(() => received).toBeGreaterThan(BODY_BYTES);
  expect(cut).toEqual([]);
  client.destroy();
});

test('if the memory for responses is full, the response that has waited longest for its client is cut', async () => {
  const { clock, cut, send, unsent } = setting({
    responseMemory: 2 * BODY_BYTES,
    sendTimeout: 600 * SECOND,
  });
  const first = await send();
  clock.advance(10 * SECOND);
  const second = await send();
  clock.advance(10 * SECOND);
  first.client.resume();
  await expect.poll(() => first.response.writableFinished).toBe(true);
  first.client.destroy();
  const third = await send();
  const fourth = await send();
  expect(second.response.destroyed).toBe(true);
  expect([third.response.destroyed, fourth.response.destroyed]).toEqual([false, false]);
  expect(cut.map(({ code }) => code)).toEqual(['response_unread']);
  expect(unsent.used).toBe(2 * BODY_BYTES);
  third.client.destroy();
  fourth.client.destroy();
});

test('a response from a file is refused while there is no descriptor for it', async () => {
  const { ask, unsent } = setting({ responseMemory: BODY_BYTES, sendTimeout: 5 * SECOND });
  const fromFile = { status: 200, headers: [] as [string, string][], file: import.meta.filename };
  const first = await ask();
  const sent = sendReply(first.request, first.response, fromFile);
  const second = await ask();
  await expect(sendReply(second.request, second.response, fromFile)).rejects.toMatchObject({
    code: 'files_full',
  });
  await sent;
  await expect.poll(() => unsent.used).toBe(0);
  await sendReply(second.request, second.response, fromFile);
  expect(second.response.statusCode).toBe(200);
  first.client.destroy();
  second.client.destroy();
});
