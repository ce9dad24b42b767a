import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHeader, type Frame, FrameType } from '../../src/protocol/frame.js';
import { FrameReader, ProtocolError } from '../../src/protocol/frame-reader.js';

function frame(id: number, payload: Buffer): Buffer {
  return Buffer.concat([encodeHeader(FrameType.result, id, payload.length), payload]);
}

function read(pieces: Buffer[], maxPayload = 1 << 20): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((f) => frames.push(f), maxPayload);
  for (const piece of pieces) reader.push(piece);
  return frames;
}

/** Cuts `data` at the given places. */
function cut(data: Buffer, places: number[]): Buffer[] {
  const at = [...new Set(places.map((p) => p % (data.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => data.subarray(from, at[i] ?? data.length));
}

describe('FrameReader', () => {
  test('delivers every frame whole and in order, for chunks of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(2000), { maxLength: 30 }),
        (payloads, places) => {
          const bytes = Buffer.concat(payloads.map((p, i) => frame(i, Buffer.from(p))));
          const frames = read(cut(bytes, places));
          expect(frames.map((f) => f.id)).toEqual(payloads.map((_, i) => i));
          expect(frames.map((f) => f.payload.toString('hex'))).toEqual(
            payloads.map((p) => Buffer.from(p).toString('hex')),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('skips a payload over the limit, reports its length and reads the next frame', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 101, max: 5000 }),
        fc.array(fc.nat(6000), { maxLength: 20 }),
        (size, places) => {
          const bytes = Buffer.concat([
            frame(1, Buffer.from('a')),
            frame(2, Buffer.alloc(size, 7)),
            frame(3, Buffer.from('b')),
          ]);
          const frames = read(cut(bytes, places), 100);
          expect(frames.map((f) => [f.id, f.length, f.payload.length])).toEqual([
            [1, 1, 1],
            [2, size, 0],
            [3, 1, 1],
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('rejects bytes of another protocol', () => {
    expect(() => read([Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')])).toThrow(ProtocolError);
  });
});
