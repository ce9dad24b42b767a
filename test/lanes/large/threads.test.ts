import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { printOptions } from '../../../src/json/index.js';
import type { PrintJob } from '../../../src/lanes/large/job.js';
import { LargeThreads, type ThreadLimits } from '../../../src/lanes/large/threads.js';
import { rInteger, rList, rString, writeRData } from '../../../src/rdata/index.js';

const built = pathToFileURL(resolve(import.meta.dirname, '../../../dist/thread.js'));
let threads: LargeThreads;

afterEach(() => threads.close());

/** A thread that does this with each job. */
function doing(work: string, limits: Partial<ThreadLimits> = {}): LargeThreads {
  const code = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', (job) => { ${work} });`;
  threads = new LargeThreads(limits, new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  return threads;
}

const job = { kind: 'check', body: Buffer.from('[1]') } as const;
const left = { kind: 'left-to-r', reason: 'the thread has ended' };
const valid = { kind: 'checked', valid: true };
const answer = "parentPort.postMessage({ kind: 'checked', valid: true })";

test('what a thread throws costs that job only: R gets it', async () => {
  doing(`if (job.body.length === 1) throw new Error('crash'); ${answer}`);
  const jobs = [job, { ...job, body: Buffer.from('x') }, job, job].map((each) => threads.run(each));
  expect(await Promise.all(jobs)).toEqual([valid, left, valid, valid]);
});

test('a thread that takes too much memory ends, and R gets the job', async () => {
  doing('for (const all = []; ; ) all.push({ job });', { heap: 16 });
  expect(await threads.run(job)).toEqual(left);
}, 60_000);

test('a thread that does not come back is ended, and R gets the job', async () => {
  doing('for (;;);', { jobTime: 300 });
  expect(await Promise.all([threads.run(job), threads.run(job)])).toEqual([left, left]);
});

test('only so many jobs wait: R gets the rest at once', async () => {
  doing(`setTimeout(() => ${answer}, 200)`, { threads: 1, waiting: 1 });
  const results = [threads.run(job), threads.run(job), threads.run(job)];
  const first = await Promise.race(results);
  expect(first).toEqual({ kind: 'left-to-r', reason: 'no thread is free' });
  expect(await Promise.all(results)).toEqual([valid, valid, first]);
  expect(threads.size).toBe(1);
});

test('closing ends threads at work and leaves their jobs to R', async () => {
  doing('', { threads: 1 });
  const results = [threads.run(job), threads.run(job)];
  await threads.close();
  expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(['left-to-r', 'left-to-r']);
  expect(threads.size).toBe(0);
  expect((await threads.run(job)).kind).toBe('left-to-r');
});

test('a thread with nothing to do ends, and another one comes when there is', async () => {
  doing(answer, { idleTime: 100 });
  await threads.run(job);
  await expect.poll(() => threads.size).toBe(0);
  expect(await threads.run(job)).toEqual(valid);
});

test('a value is printed with what came along, and is still there afterwards', async () => {
  threads = new LargeThreads({}, built);
  const values = rInteger(Int32Array.from({ length: 100_000 }, (_, i) => i));
  const payload = writeRData(
    rList([rInteger(1), values, rInteger(201), rString(['X-A', 'X-B']), rString(['1', '2'])]),
  );
  const before = Buffer.from(payload);
  const print: PrintJob = { kind: 'print', payload, options: [printOptions()], limit: 2 ** 20 };
  const printed = await threads.run(print);
  if (printed.kind !== 'printed') throw new Error(printed.kind);
  const { index, names, pieces, status } = printed;
  expect([index, status, names, printed.values]).toEqual([1, 201, ['X-A', 'X-B'], ['1', '2']]);
  expect(Buffer.concat(pieces).toString()).toBe(`[${values.values.join()}]`);
  expect(payload.equals(before)).toBe(true);
  expect(await threads.run({ ...print, limit: 1000 })).toEqual({ kind: 'too-long' });
});

test('a value that is damaged, or is no JSON that is known here, is left to R', async () => {
  threads = new LargeThreads({}, built);
  const payload = writeRData(rList([rInteger(1), rString(Array(1000).fill('x'))])).subarray(0, 500);
  const print: PrintJob = { kind: 'print', payload, options: [printOptions()], limit: 2 ** 20 };
  expect((await threads.run(print)).kind).toBe('left-to-r');
});
