import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Growth } from '../../src/pool/growth.js';

let workers = 1;
let waiting = true;
/** The number of workers that the waiting requests could use. */
let lacking = 1;
let starting = 0;
/** The number of CPUs that the gateway and the workers would use. */
let demand = 0;
let growth: Growth;

beforeEach(() => {
  vi.useFakeTimers();
  workers = 1;
  waiting = true;
  lacking = 1;
  starting = 0;
  demand = 0;
  growth = new Growth(
    4,
    {
      waiting: () => waiting,
      lacking: () => (waiting ? lacking : 0),
      room: () => 4 - workers,
      starting: () => starting,
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

test('adds workers within tens of milliseconds if requests wait for something other than the CPU', () => {
  demand = 3.4;
  growth.want();
  vi.advanceTimersByTime(20);
  expect(workers).toBe(2);
  vi.advanceTimersByTime(40);
  expect(workers).toBe(4);
});

test('adds no worker while all CPUs are busy, and adds one as soon as they are not', () => {
  demand = 3.6;
  growth.want();
  vi.advanceTimersByTime(1000);
  expect(workers).toBe(1);
  demand = 1;
  vi.advanceTimersByTime(240);
  expect(workers).toBeGreaterThan(1);
});

test('adds no worker if requests stop waiting in time, and stops checking', () => {
  growth.want();
  waiting = false;
  vi.advanceTimersByTime(20);
  expect(workers).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('starts as many workers at once as requests lack, and no more than there are CPUs for', () => {
  lacking = 3;
  growth.want();
  vi.advanceTimersByTime(20);
  expect(workers).toBe(4);
  growth.stop();
  workers = 1;
  demand = 2.3;
  growth.want();
  vi.advanceTimersByTime(20);
  expect(workers).toBe(3);
});

test('counts a CPU for each worker that is on its way', () => {
  lacking = 4;
  starting = 2;
  demand = 1.6;
  growth.want();
  vi.advanceTimersByTime(1000);
  expect(workers).toBe(1);
  starting = 1;
  vi.advanceTimersByTime(220);
  expect(workers).toBeGreaterThan(1);
});

test('adds no worker for requests for which one is on its way', () => {
  lacking = 2;
  starting = 2;
  growth.want();
  vi.advanceTimersByTime(1000);
  expect(workers).toBe(1);
  lacking = 3;
  vi.advanceTimersByTime(120);
  expect(workers).toBe(2);
});
