import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Random } from '../rdata/random.js';
import { damagedStream, plainRead } from './frame-fuzz.js';

const SEED = 20240313;
const STREAMS = 400;
const reader = resolve(import.meta.dirname, 'read-frames.R');
const frames = resolve(import.meta.dirname, '../../r/frames.R');

/** The line that R prints for a stream: its frames, and whether it ended or failed. */
function expected(bytes: Buffer): string {
  const read = plainRead(bytes, Infinity);
  const rest = read.frames.reduce((at, { length }) => at + 16 + length, 0);
  // A header can announce lengths from 2^31, which R vectors do not support.
  const tooLong = bytes.length - rest >= 16 && bytes.readUInt32LE(rest) >= 2 ** 31;
  const seen = read.frames.map(
    ({ id, length, type }) => `${type} ${id >= 2 ** 31 ? id - 2 ** 32 : id} ${length}`,
  );
  return [...seen, read.broken || tooLong ? 'error' : 'end'].join(',');
}

test(`R reads any stream as the reference reader does, or fails (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const streams = Array.from({ length: STREAMS }, () => damagedStream(random));
  let next = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {}); // R has closed the connection
    socket.end(streams[next++]!);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const run = promisify(execFile)('Rscript', [reader, frames, String(port), String(STREAMS)]);
  const { stdout } = await run.finally(() => server.close());
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(STREAMS);
  for (const [i, line] of lines.entries()) expect(line, `stream ${i}`).toBe(expected(streams[i]!));
  const broken = lines.filter((line) => line.endsWith('error')).length;
  expect(Math.min(broken, STREAMS - broken)).toBeGreaterThan(STREAMS / 20);
}, 120_000);
