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

async function dial(): Promise<Socket> {
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => {}); // whoever talks nonsense is hung up on while it talks
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** Sends it all and waits for the end of the connection, which the listener brings about or the sender. */
async function say(bytes: Buffer): Promise<void> {
  const socket = await dial();
  socket.end(bytes);
  // Not `once`, which takes being hung up on for a failure.
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

function hello(token: string, more: Buffer = Buffer.alloc(0)): Buffer {
  const payload = writeRData(rList([rString(token), rInteger(1)], ['token', 'pid']));
  return Buffer.concat([encodeHeader(FrameType.hello, 0, payload.length), payload, more]);
}

describe(`whoever connects to the workers' port (seed ${SEED})`, () => {
  test('gets nowhere without a token that is right, whatever it says', async () => {
    const random = new Random(SEED);
    let connected = 0;
    const token = listener.expect(() => {
      connected += 1;
      return () => {};
    });
    const wrong = ['', 'x', token.slice(1), token.toUpperCase().replaceAll(/\d/g, 'F'), 'é'.repeat(200)];
    for (const each of wrong) await say(hello(each));
    for (let i = 0; i < 300; i++) await say(damagedStream(random));
    await say(Buffer.concat([encodeHeader(FrameType.hello, 0, 2 ** 32 - 1), Buffer.alloc(5_000_000)]));
    expect(connected).toBe(0);

    await say(hello(token));
    expect(connected).toBe(1);
  }, 60_000);

  test('can use a token once only', async () => {
    let connected = 0;
    const token = listener.expect(() => {
      connected += 1;
      return () => {};
    });
    await say(hello(token));
    await say(hello(token));
    expect(connected).toBe(1);
  });

  test('is not heard any more once its token was wrong', async () => {
    let connected = 0;
    const token = listener.expect(() => {
      connected += 1;
      return () => {};
    });
    await say(hello('wrong', hello(token)));
    expect(connected).toBe(0);
  });

  test('is hung up on when it talks nonsense after a right token, and delivers whole frames only', async () => {
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
          if (frame.type === 0) throw new Error('the owner wants none of this');
        };
      });
      await say(hello(token, damagedStream(random)));
      expect(refused).toBeLessThanOrEqual(1);
      for (const { length, payload } of frames) expect([0, length]).toContain(payload.length);
      expect(frames.every(({ payload }) => payload.length <= LIMIT)).toBe(true);
    }
  }, 60_000);
});
