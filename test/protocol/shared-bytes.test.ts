import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodeHeader, type Frame, FrameType } from '../../src/protocol/frame.js';
import { FrameReader } from '../../src/protocol/frame-reader.js';
import { SharedBytes } from '../../src/protocol/shared-bytes.js';

const collect = (pieces: Buffer[], most: number): Buffer => {
  const bytes = SharedBytes.upTo(most)!;
  for (const piece of pieces) bytes.push(piece);
  return bytes.finish();
};

test('joins pieces in memory that threads can read', () => {
  const pieces = [randomBytes(10), randomBytes(100_000), randomBytes(1)];
  const whole = collect(pieces, 200_000);
  expect(whole.equals(Buffer.concat(pieces))).toBe(true);
  expect(whole.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test('reuses released memory once, for bytes that fit', () => {
  const first = collect([Buffer.alloc(1000, 1)], 1000);
  SharedBytes.giveBack(first);
  const second = collect([Buffer.alloc(10, 2)], 500);
  const third = collect([Buffer.alloc(10, 3)], 500);
  expect(second.buffer).toBe(first.buffer);
  expect(third.buffer).not.toBe(first.buffer);
  expect([second.toString('hex'), third.toString('hex')]).toEqual(['02'.repeat(10), '03'.repeat(10)]);
});

test('does not reuse other memory', () => {
  const other = Buffer.alloc(100_000);
  SharedBytes.giveBack(other);
  expect(collect([Buffer.alloc(1)], 1000).buffer).not.toBe(other.buffer);
});

test('returns undefined for more than the address space', () => {
  expect(SharedBytes.upTo(2 ** 60)).toBeUndefined();
});

test.each([1, 7, 15, 16, 17, 65_536, 131_071, 300_000])(
  'large frames among small ones arrive whole and in order, in pieces of %i bytes',
  (size) => {
    const payloads = [10, 200_000, 0, 131_056, 131_055, 150_000, 3].map((bytes) => randomBytes(bytes));
    const stream = Buffer.concat(
      payloads.flatMap((payload, i) => [encodeHeader(FrameType.value, i, payload.length), payload]),
    );
    const frames: Frame[] = [];
    const reader = new FrameReader((frame) => frames.push(frame), 1 << 20);
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    expect(frames.map(({ id }) => id)).toEqual(payloads.map((_, i) => i));
    frames.forEach(({ payload }, i) => {
      expect(payload.equals(payloads[i]!)).toBe(true);
    });
  },
);
