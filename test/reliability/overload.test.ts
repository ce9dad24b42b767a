import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leavingClients } from '../../bench/reliability/leaving-clients.js';
import { overload } from '../../bench/reliability/overload.js';
import { type ServedApp, serve } from '../support/server.js';

// Short versions of `npm run reliability`, with tolerances for a busy machine.

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

test('frees all workers at once when 500 clients disconnect during a 5 s handler', async () => {
  const { freeAfter } = await leavingClients(large, 500);
  // Long before the handlers would have returned.
  expect(freeAfter).toBeLessThan(4500);
  expect(large.entries('worker-exit')).toEqual([]);
});

test('under overload, accepted requests wait no longer than the queue allows, others are rejected at once', async () => {
  const serviceTime = 0.05;
  const result = await overload(small, { workers, queueLimit, serviceTime, seconds: 2, times: 5 });
  expect(result.others).toBe(0);
  expect(result.rejected).toBeGreaterThan(result.accepted);
  expect(result.accepted).toBeGreaterThan(0);
  expect(result.loaded).toBeLessThan(result.bound);
  expect(result.rejection).toBeLessThan(result.loaded / 2);
});
