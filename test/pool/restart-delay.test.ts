import { expect, test } from 'vitest';
import { RestartDelay } from '../../src/pool/restart-delay.js';

/** The delay after `count` failed attempts in a row, one second apart. */
function afterFailures(count: number): RestartDelay {
  const restart = new RestartDelay();
  for (let i = 0; i < count; i++) restart.failed(i * 1000, i * 1000 + 500);
  return restart;
}

test('a worker is replaced without delay if no attempt has failed', () => {
  expect(new RestartDelay().delay).toBe(0);
});

test('each failed attempt doubles the delay, up to 30 seconds', () => {
  expect([1, 2, 3, 4, 5].map((count) => afterFailures(count).delay)).toEqual([100, 200, 400, 800, 1600]);
  expect(afterFailures(100).delay).toBe(30_000);
});

test('several workers that start together and fail count as one failed attempt', () => {
  const restart = new RestartDelay();
  for (let worker = 0; worker < 16; worker++) restart.failed(10, 1000 + worker);
  expect(restart.delay).toBe(100);
  expect(restart.broken).toBe(false);
});

test('the next attempt waits for exactly the delay', () => {
  const restart = afterFailures(3); // the last at 2500
  expect(restart.holds(2500 + 399)).toBe(true);
  expect(restart.holds(2500 + 400)).toBe(false);
  expect(new RestartDelay().holds(0)).toBe(false);
});

test('requests are rejected after the third failed attempt, and accepted again after a successful one', () => {
  expect(afterFailures(2).broken).toBe(false);
  const restart = afterFailures(3);
  expect(restart.broken).toBe(true);
  restart.succeeded();
  expect(restart).toMatchObject({ broken: false, delay: 0 });
});
