import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { printOptions } from '../../../src/json/index.js';
import type { PrintJob } from '../../../src/lanes/large/job.js';
import { LargeThreads, type ThreadLimits } from '../../../src/lanes/large/threads.js';
import { rInteger, rList, rString, writeRData } from '../../../src/rdata/index.js';

const builtThread = pathToFileURL(resolve(import.meta.dirname, '../../../dist/thread.js'));
let threads: LargeThreads;

afterEach(() => threads.close());

/** Threads that run this code for each job. */
function threadsRunning(work: string, limits: Partial<ThreadLimits> = {}): LargeThreads {
  const code = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', (job) => { ${work} });`;
  threads = new LargeThreads(limits, new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  return threads;
}

const job = { kind: 'check', body: Buffer.from('[1]') } as const;
const leftToR = { kind: 'left-to-r', reason: 'the thread has ended' };
const valid = { kind: 'checked', valid: true };
const answer = "parentPort.postMessage({ kind: 'checked', valid: true })";

test('leaves a job to R if its thread throws, and finishes the other jobs', async () => {
  threadsRunning(`if (job.body.length === 1) throw new Error('crash'); ${answer}`);
  const jobs = [job, { ...job, body: Buffer.from('x') }, job, job].map((each) => threads.run(each));
  expect(await Promise.all(jobs)).toEqual([valid, leftToR, valid, valid]);
});

test('leaves a job to R if its thread exceeds the memory limit', async () => {
  threadsRunning('for (const all = []; ; ) all.push({ job });', { heap: 16 });
  expect(await threads.run(job)).toEqual(leftToR);
}, 60_000);

test('leaves a job to R if its thread exceeds the time limit', async () => {
  threadsRunning('for (;;);', { jobTime: 300 });
  expect(await Promise.all([threads.run(job), threads.run(job)])).toEqual([leftToR, leftToR]);
});

test('leaves a job to R at once if too many jobs are waiting', async () => {
  threadsRunning(`setTimeout(() => ${answer}, 200)`, { threads: 1, waiting: 1 });
  const results = [threads.run(job), threads.run(job), threads.run(job)];
  const first = await Promise.race(results);
  expect(first).toEqual({ kind: 'left-to-r', reason: 'no thread is free' });
  expect(await Promise.all(results)).toEqual([valid, valid, first]);
  expect(threads.size).toBe(1);
});

test('stops busy threads on close() and leaves their jobs to R', async () => {
  threadsRunning('', { threads: 1 });
  const results = [threads.run(job), threads.run(job)];
  await threads.close();
  expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(['left-to-r', 'left-to-r']);
  expect(threads.size).toBe(0);
  expect((await threads.run(job)).kind).toBe('left-to-r');
});

test('stops an idle thread and starts another for the next job', async () => {
  threadsRunning(answer, { idleTime: 100 });
  await threads.run(job);
  await expect.poll(() => threads.size).toBe(0);
  expect(await threads.run(job)).toEqual(valid);
});

test('prints a value, returns the status and headers sent with it, and keeps the payload intact', async () => {
  threads = new LargeThreads({}, builtThread);
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

test('leaves a damaged value to R', async () => {
  threads = new LargeThreads({}, builtThread);
  const payload = writeRData(rList([rInteger(1), rString(Array(1000).fill('x'))])).subarray(0, 500);
  const print: PrintJob = { kind: 'print', payload, options: [printOptions()], limit: 2 ** 20 };
  expect((await threads.run(print)).kind).toBe('left-to-r');
});
