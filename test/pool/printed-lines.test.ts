import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PrintedLines } from '../../src/pool/printed-lines.js';

/** What a process prints, and a log whose room the test decides about. */
function setUp(): {
  stream: PassThrough;
  printed: PrintedLines;
  lines: string[];
  fill: () => void;
  makeRoom: () => void;
} {
  const lines: string[] = [];
  let room: Promise<void> | undefined;
  let makeRoom = (): void => {};
  const printed = new PrintedLines(
    { printed: () => {}, line: (_stream, line) => lines.push(line), running: () => {}, ended: () => {} },
    () => room,
  );
  const stream = new PassThrough({ highWaterMark: 16 });
  printed.read('stdout', stream as unknown as Socket);
  const fill = (): void => {
    room = new Promise((resolve) => {
      makeRoom = () => {
        room = undefined;
        resolve();
      };
    });
  };
  return { stream, printed, lines, fill, makeRoom: () => makeRoom() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reads nothing more while the log has no room, and goes on when it has', async () => {
  const { fill, lines, makeRoom, stream } = setUp();
  fill();
  for (let i = 0; i < 5; i++) {
    stream.write(`line ${i}\n`);
    await turn();
  }
  expect(lines).toEqual(['line 0']);
  makeRoom();
  await expect.poll(() => lines).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
});

test('reads what a request has printed before its answer, even if the log has no room', async () => {
  const { fill, lines, printed, stream } = setUp();
  fill();
  for (const text of ['one\n', 'two\n', 'three\n']) {
    stream.write(text);
    await turn();
  }
  await new Promise<void>((resolve) => printed.whenRead(resolve));
  expect(lines).toEqual(['one', 'two', 'three']);
  stream.write('of the next\n');
  stream.write('still unread\n');
  await turn();
  await turn();
  expect(lines).toHaveLength(4);
});
