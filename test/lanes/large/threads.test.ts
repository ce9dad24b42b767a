import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
  expect(first).toEqual({ kind: 'left-to-r', reason: 'no thread is free', busy: true });
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

describe('reading JSON', () => {
  const limits = { depth: 8, members: 1000, values: 1_000_000 };
  const read = (text: string) => threads.run({ kind: 'read', body: Buffer.from(text), limits });

  beforeEach(() => {
    threads = new LargeThreads({}, builtThread);
  });

  test('reads any value as JSON.parse() does', async () => {
    const long = Array.from({ length: 3000 }, (_, i) => ({ i, text: `t${i}`, 'a,"b': [i, null, true] }));
    const values: unknown[] = [
      long,
      { rows: long, columns: { x: long.map(({ i }) => i), y: [], z: 'é\\' } },
      {
        inputs: [
          { name: 'a', data: long.map(({ i }) => [i, -i]) },
          { name: 'b', data: ['x'] },
        ],
      },
      JSON.parse('{"__proto__": [1], "constructor": {"prototype": [2]}}'),
      'text',
      null,
    ];
    for (const text of values.map((value) => JSON.stringify(value))) {
      const result = await read(text);
      expect(result.kind === 'read' && JSON.stringify(result.value) === text).toBe(true);
    }
  });

  test('takes long arrays over in slices, between which other events have their turn', async () => {
    let turns = 0;
    let done = false;
    const turn = (): void => {
      turns += 1;
      if (!done) setImmediate(turn);
    };
    const reading = read(JSON.stringify(Array.from({ length: 200_000 }, (_, i) => i)));
    turn();
    await reading;
    done = true;
    expect(turns).toBeGreaterThan(20);
  });

  test('refuses what would take too long, and says what it is', async () => {
    const members = Array.from({ length: 1001 }, (_, i) => `"${i}":0`).join();
    const refused = [
      [`{${members}}`, 'an object with more than 1000 members'],
      [`${'['.repeat(100_000)}`, 'more than 8 levels'],
      [`[${'0,'.repeat(1_000_000)}0]`, 'more than 1000000 values'],
    ];
    for (const [text, reason] of refused) {
      expect(await read(text!)).toEqual({ kind: 'too-complex', reason });
    }
    expect(await read('[1,')).toMatchObject({ kind: 'invalid', reason: expect.stringContaining('JSON') });
    expect(await read('["a,{[:]}\\"{", {"b": [[[[[[]]]]]]}]')).toMatchObject({ kind: 'read' });
  });
});
