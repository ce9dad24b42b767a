import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Growth } from '../../src/pool/growth.js';

let workers = 1;
let waiting = true;
/** CPUs that gateway and workers would use. */
let demand = 0;
let growth: Growth;

beforeEach(() => {
  vi.useFakeTimers();
  workers = 1;
  waiting = true;
  demand = 0;
  growth = new Growth(
    4,
    {
      wanted: () => waiting && workers < 4,
      pids: () => [],
      spawn: () => {
        workers += 1;
      },
    },
    () => () => demand,
  );
});

afterEach(() => {
  growth.stop();
  vi.useRealTimers();
});

test('a worker is added within tens of milliseconds while requests wait for something else than the CPU', () => {
  demand = 3.4;
  growth.want();
  vi.advanceTimersByTime(20);
  expect(workers).toBe(2);
  vi.advanceTimersByTime(40);
  expect(workers).toBe(4);
});

test('none is added while all CPUs are taken, and one is as soon as that has changed', () => {
  demand = 3.6;
  growth.want();
  vi.advanceTimersByTime(1000);
  expect(workers).toBe(1);
  demand = 1;
  vi.advanceTimersByTime(240);
  expect(workers).toBeGreaterThan(1);
});

test('none is added for requests that did not have to wait long, and nothing is looked at any more', () => {
  growth.want();
  waiting = false;
  vi.advanceTimersByTime(20);
  expect(workers).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
