import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkerListener } from '../../src/pool/worker-listener.js';
import { encodeHeader, type Frame, FrameType } from '../../src/protocol/frame.js';
import { rInteger, rList, rString, writeRData } from '../../src/rdata/index.js';
import { damagedStream } from '../protocol/frame-fuzz.js';
import { Random } from '../rdata/random.js';

const SEED = 20240312;
const LIMIT = 1 << 20;
const listener = new WorkerListener(LIMIT);

beforeAll(() => listener.listen());
afterAll(() => listener.close());

async function openConnection(): Promise<Socket> {
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => {}); // the listener may close the connection while invalid data is being sent
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** Sends the bytes and waits until either side closes the connection. */
async function sendAll(bytes: Buffer): Promise<void> {
  const socket = await openConnection();
  socket.end(bytes);
  // Not `once`, which rejects if the connection is reset.
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

function hello(token: string, more: Buffer = Buffer.alloc(0)): Buffer {
  const payload = writeRData(rList([rString(token), rInteger(1)], ['token', 'pid']));
  return Buffer.concat([encodeHeader(FrameType.hello, 0, payload.length), payload, more]);
}

describe(`the workers' port (seed ${SEED})`, () => {
  test('rejects every connection without a valid token', async () => {
    const random = new Random(SEED);
    let connected = 0;
    const token = listener.expect(() => {
      connected += 1;
      return () => {};
    });
    const wrong = ['', 'x', token.slice(1), token.toUpperCase().replaceAll(/\d/g, 'F'), 'é'.repeat(200)];
    for (const each of wrong) await sendAll(hello(each));
    for (let i = 0; i < 300; i++) await sendAll(damagedStream(random));
    await sendAll(Buffer.concat([encodeHeader(FrameType.hello, 0, 2 ** 32 - 1), Buffer.alloc(5_000_000)]));
    expect(connected).toBe(0);

    await sendAll(hello(token));
    expect(connected).toBe(1);
  }, 60_000);

  test('accepts a token only once', async () => {
    let connected = 0;
    const token = listener.expect(() => {
      connected += 1;
      return () => {};
    });
    await sendAll(hello(token));
    await sendAll(hello(token));
    expect(connected).toBe(1);
  });

  test('ignores everything after an invalid token', async () => {
    let connected = 0;
    const token = listener.expect(() => {
      connected += 1;
      return () => {};
    });
    await sendAll(hello('wrong', hello(token)));
    expect(connected).toBe(0);
  });

  test('closes a connection that sends invalid data after a valid token, and delivers only whole frames', async () => {
    const random = new Random(SEED + 1);
    for (let i = 0; i < 200; i++) {
      const frames: Frame[] = [];
      let refused = 0;
      const token = listener.expect((socket) => {
        socket.once('error', () => {
          refused += 1;
        });
        return (frame) => {
          frames.push(frame);
          if (frame.type === 0) throw new Error('the owner rejects this frame');
        };
      });
      await sendAll(hello(token, damagedStream(random)));
      expect(refused).toBeLessThanOrEqual(1);
      for (const { length, payload } of frames) expect([0, length]).toContain(payload.length);
      expect(frames.every(({ payload }) => payload.length <= LIMIT)).toBe(true);
    }
  }, 60_000);
});
