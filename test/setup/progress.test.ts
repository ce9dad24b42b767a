import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startProgress } from '../../scripts/setup/progress.mjs';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A stream that remembers what was written to it. */
function screen(isTTY: boolean) {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
  stream.write = ((text: string) => written.push(text) > 0) as typeof stream.write;
  return { stream, written };
}

test('a terminal shows the seconds in one line', () => {
  const { stream, written } = screen(true);
  const progress = startProgress('Compiling', { stream });
  vi.advanceTimersByTime(2000);
  progress.end('done');
  expect(written.at(-2)).toBe('\r\x1b[KCompiling … 2 s');
  expect(written.join('').split('\n')).toHaveLength(2);
  expect(written.at(-1)).toBe('\r\x1b[KCompiling: done (2 s)\n');
});

test('a log file gets a line every ten seconds', () => {
  const { stream, written } = screen(false);
  const progress = startProgress('Installing', { stream });
  vi.advanceTimersByTime(25_000);
  progress.end('done');
  expect(written).toEqual([
    'Installing …\n',
    'Installing … 10 s\n',
    'Installing … 20 s\n',
    'Installing: done (25 s)\n',
  ]);
});
