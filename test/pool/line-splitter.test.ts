import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/pool/line-splitter.js';

/** The lines that come of chunks, and of the end of the stream. */
function linesOf(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string));
  splitter.end();
  return lines;
}

test('lines are the same in whatever pieces they arrive', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
  const cuts = fc.array(fc.nat(200), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), cuts, (lines, at) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const ends = [...at.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      expect(linesOf(...pieces)).toEqual(lines);
    }),
  );
});

test('a last line without end is delivered when the stream ends', () => {
  expect(linesOf('one\ntwo')).toEqual(['one', 'two']);
});

test('line ends of Windows are no part of the line', () => {
  expect(linesOf('one\r\ntwo\r\n')).toEqual(['one', 'two']);
});

test('bytes that are no UTF-8 cost no line', () => {
  expect(linesOf(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]))).toEqual(['a\ufffd', 'b']);
});

test('a line that never ends is delivered in pieces instead of being kept', () => {
  const lines = linesOf(...Array<string>(100).fill('x'.repeat(1000)));
  expect(lines.join('')).toBe('x'.repeat(100_000));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(16_384);
});
