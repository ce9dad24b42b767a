import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LateWork } from '../../src/pool/late-work.js';
import { WorkerPipe } from '../../src/pool/worker-pipe.js';
import { FakeUnit } from './fake-unit.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A worker that runs one unit while others wait behind it. */
function busy(...ids: number[]) {
  const pipe = new WorkerPipe();
  const socket = { bytesRead: 0 };
  const late = new LateWork(pipe, () => socket as unknown as Socket);
  pipe.push(new FakeUnit(1), Infinity, 10);
  const wait = (id: number): FakeUnit => {
    const unit = new FakeUnit(id);
    pipe.push(unit, late.expect(), 10);
    return unit;
  };
  return { late, pipe, socket, units: ids.map(wait), wait };
}

test('R may start a waiting unit within 25 ms, and a unit not started in 50 ms is taken back', () => {
  const { late, units } = busy(2, 3);
  expect(late.expect()).toBe(1_000_025);
  vi.advanceTimersByTime(49);
  expect(units.map(({ events }) => events)).toEqual([[], []]);
  vi.advanceTimersByTime(30);
  expect(units.map(({ events }) => events)).toEqual([['returned'], ['returned']]);
});

test('takes back later units later', () => {
  const { units, wait } = busy(2);
  vi.advanceTimersByTime(40);
  const last = wait(3);
  vi.advanceTimersByTime(36);
  expect([units[0]!.events, last.events]).toEqual([['returned'], []]);
  vi.advanceTimersByTime(50);
  expect(last.events).toEqual(['returned']);
});

test('never takes back a unit that R has started', () => {
  const { pipe, units } = busy(2);
  pipe.shift(1);
  vi.advanceTimersByTime(1000);
  expect(units[0]!.events).toEqual([]);
  expect(pipe.head).toBe(units[0]);
});

test('takes back nothing while R still answers, because it may have started the next unit', () => {
  const { socket, units } = busy(2, 3);
  let heard = 0;
  Object.defineProperty(socket, 'bytesRead', { get: () => ++heard * 16 });
  vi.advanceTimersByTime(1000);
  expect(heard).toBeGreaterThan(2);
  expect(units.map(({ events }) => events)).toEqual([[], []]);
});

test('takes back nothing from a worker that has ended', () => {
  const { late, pipe, units } = busy(2);
  late.end();
  pipe.clear();
  vi.advanceTimersByTime(1000);
  expect(units[0]!.events).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
