import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leavingClients } from '../../bench/reliability/leaving-clients.js';
import { overload } from '../../bench/reliability/overload.js';
import { type ServedApp, serve } from '../support/server.js';

// Short forms of `npm run reliability`, with room for a busy machine.

const file = join(resolve(import.meta.dirname, '../..'), 'bench/reliability/app.R');
const workers = 2;
const queueLimit = 32;
let small: ServedApp;
let large: ServedApp;

beforeAll(async () => {
  const flags = (limit: number): string[] => ['--reserved-workers', '0', '--queue-limit', String(limit)];
  [small, large] = await Promise.all([
    serve(file, { workers, flags: flags(queueLimit) }),
    serve(file, { workers, flags: flags(600) }),
  ]);
});

afterAll(() => Promise.all([small?.stop(), large?.stop()]));

test('when 500 clients leave in the middle of a 5 s handler all workers are free at once', async () => {
  const { freeAfter } = await leavingClients(large, 500);
  // Long before the handlers would have returned.
  expect(freeAfter).toBeLessThan(4500);
  expect(large.entries('worker-exit')).toEqual([]);
});

test('under overload what is accepted waits no longer than the queue is, and the rest is refused at once', async () => {
  const serviceTime = 0.05;
  const result = await overload(small, { workers, queueLimit, serviceTime, seconds: 2, times: 5 });
  expect(result.others).toBe(0);
  expect(result.rejected).toBeGreaterThan(result.accepted);
  expect(result.accepted).toBeGreaterThan(0);
  expect(result.loaded).toBeLessThan(result.bound);
  expect(result.rejection).toBeLessThan(result.loaded / 2);
});
