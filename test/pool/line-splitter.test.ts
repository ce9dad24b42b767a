import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/pool/line-splitter.js';

/** The lines of a stream that arrives in these chunks. */
function linesOf(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string));
  splitter.end();
  return lines;
}

test('finds the same lines however they are split into pieces', () => {
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

test('delivers an unterminated last line when the stream ends', () => {
  expect(linesOf('one\ntwo')).toEqual(['one', 'two']);
});

test('removes Windows line endings', () => {
  expect(linesOf('one\r\ntwo\r\n')).toEqual(['one', 'two']);
});

test('loses no line with bytes that are not UTF-8', () => {
  expect(linesOf(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]))).toEqual(['a\ufffd', 'b']);
});

test('delivers an endless line in pieces instead of buffering it', () => {
  const lines = linesOf(...Array<string>(100).fill('x'.repeat(1000)));
  expect(lines.join('')).toBe('x'.repeat(100_000));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(16_384);
});
