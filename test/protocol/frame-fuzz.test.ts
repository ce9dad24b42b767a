import { describe, expect, test } from 'vitest';
import { encodeHeader, type Frame, FrameType } from '../../src/protocol/frame.js';
import { FrameReader, ProtocolError } from '../../src/protocol/frame-reader.js';
import { Random } from '../rdata/random.js';
import { damagedStream, pieces, plainRead, randomFrames } from './frame-fuzz.js';

const SEED = 20240311;
const RUNS = 4000;

function read(chunks: Iterable<Buffer>, maxPayload: number): { frames: Frame[]; error: unknown } {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame), maxPayload);
  try {
    for (const chunk of chunks) reader.push(chunk);
    return { frames, error: undefined };
  } catch (error) {
    return { frames, error };
  }
}

const plain = (frames: readonly Frame[]): object[] =>
  frames.map(({ payload, ...frame }) => ({ ...frame, payload: Buffer.from(payload).toString('base64') }));

/** Memory in use after a garbage collection, in bytes. */
function memoryInUse(): number {
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

describe(`FrameReader (seed ${SEED})`, () => {
  test('reads any stream as the reference reader does, and fails only with ProtocolError', () => {
    const random = new Random(SEED);
    const seen = { whole: 0, broken: 0, skipped: 0 };
    for (let run = 0; run < RUNS; run++) {
      const bytes = random.below(5) === 0 ? Buffer.concat(randomFrames(random)) : damagedStream(random);
      const limit = [64, 1000, 1 << 20][random.below(3)]!;
      const expected = plainRead(bytes, limit);
      const { error, frames } = read(pieces(bytes, random), limit);
      const context = `run ${run}: ${bytes.length} bytes, at most ${limit} each`;
      expect(plain(frames), context).toEqual(plain(expected.frames));
      if (expected.broken) expect(error, context).toBeInstanceOf(ProtocolError);
      else expect(error, context).toBeUndefined();
      seen.whole += Math.sign(frames.length);
      seen.broken += Number(expected.broken);
      seen.skipped += Number(frames.some(({ length, payload }) => payload.length < length));
    }
    // All kinds of damage occur.
    expect(Math.min(seen.whole, seen.broken, seen.skipped)).toBeGreaterThan(RUNS / 20);
  }, 60_000);

  test('buffers no more than a frame may have, for any announced length', () => {
    const chunk = Buffer.alloc(64 * 1024, 1);
    const limit = 1 << 20;
    for (const length of [limit + 1, 2 ** 31, 2 ** 32 - 1]) {
      const before = memoryInUse();
      const stream = function* (): Iterable<Buffer> {
        yield encodeHeader(FrameType.result, 1, length);
        for (let i = 0; i < 1000; i++) yield chunk;
      };
      // 64 MB
      const { error, frames } = read(stream(), limit);
      expect(memoryInUse() - before).toBeLessThan(8 * limit);
      expect(error === undefined || error instanceof ProtocolError).toBe(true);
      expect(frames.every(({ payload }) => payload.length <= limit)).toBe(true);
    }
  });

  test('allocates no memory for announced bytes before they arrive', () => {
    const readers: FrameReader[] = [];
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) {
      const reader = new FrameReader(() => {}, 2 ** 30);
      reader.push(Buffer.concat([encodeHeader(FrameType.result, 1, 2 ** 29), Buffer.alloc(100)]));
      readers.push(reader);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    expect(readers).toHaveLength(200);
  });
});
