import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LogOutput } from '../../src/observe/log-output.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-output-'));
afterAll(() => rmSync(folder, { recursive: true }));
let pipes = 0;

/** A pipe that nobody reads, as Node makes it: non-blocking. */
function unreadPipe(): number {
  pipes += 1;
  const name = join(folder, `pipe-${pipes}`);
  execFileSync('mkfifo', [name]);
  return openSync(name, constants.O_RDWR | constants.O_NONBLOCK);
}

const line = (name: string, characters = 1000): string => `${name} ${'x'.repeat(characters)}\n`;

/** Reads lines until one starts with `last`. */
async function linesUntil(fd: number, last: string): Promise<string[]> {
  const buffer = Buffer.alloc(65_536);
  let text = '';
  while (!text.includes(`${last} `)) {
    try {
      text += buffer.toString('latin1', 0, readSync(fd, buffer));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1)); // nothing has arrived
    }
  }
  return text.split('\n').map((each) => each.split(' ')[0]!);
}

test('writes all lines in order to a reader who takes a while', async () => {
  const fd = unreadPipe();
  const output = new LogOutput(() => {}, fd);
  const names = Array.from({ length: 500 }, (_, i) => `line-${i}`);
  for (const name of names) output.write(line(name));
  expect(await linesUntil(fd, 'line-499')).toEqual([...names, '']);
  expect(output.lost).toBe(0);
  closeSync(fd);
});

test('holds at most 4 MB for a reader who takes nothing, and tells how many lines it lost', async () => {
  const fd = unreadPipe();
  const reports: [number, string][] = [];
  const output = new LogOutput((...report) => reports.push(report), fd);
  for (let i = 0; i < 10_000; i++) output.write(line(`line-${i}`));
  expect(output.lost).toBeGreaterThan(5500);
  expect(output.lost).toBeLessThan(6500);
  await linesUntil(fd, `line-${9999 - output.lost}`);
  await expect.poll(() => reports).toEqual([[output.lost, 'the reader of stdout is too slow']]);
  closeSync(fd);
});

test('asks those who print much to wait until there is room, for a second at most', async () => {
  const fd = unreadPipe();
  const output = new LogOutput(() => {}, fd);
  expect(output.room).toBeUndefined();
  output.write(line('much', 1024 * 1024));
  await output.room; // nobody reads
  expect(output.room).toBeUndefined();
  output.write(line('last'));
  await linesUntil(fd, 'last');
  await expect
    .poll(() => {
      output.write(line('more', 512 * 1024));
      return output.room !== undefined;
    })
    .toBe(true);
  const { room } = output;
  await linesUntil(fd, 'more');
  await room;
  closeSync(fd);
});

test('counts the lines that a full disk does not take', async () => {
  const fd = openSync('/dev/full', 'w');
  const output = new LogOutput(() => {}, fd);
  output.write(line('one') + line('two'));
  await output.end();
  expect(output.lost).toBe(2);
  output.write(line('three'));
  await expect.poll(() => output.lost).toBe(3);
  closeSync(fd);
});

test('does not delay the end of the process for a reader who takes nothing', async () => {
  const fd = unreadPipe();
  const output = new LogOutput(() => {}, fd);
  output.write(line('much', 1024 * 1024));
  await output.end();
  output.writeNow(line('last'));
  closeSync(fd);
});
