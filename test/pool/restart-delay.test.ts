import { expect, test } from 'vitest';
import { RestartDelay } from '../../src/pool/restart-delay.js';

/** So many attempts in a row that fail, a second after another. */
function afterFailures(count: number): RestartDelay {
  const restart = new RestartDelay();
  for (let i = 0; i < count; i++) restart.failed(i * 1000, i * 1000 + 500);
  return restart;
}

test('a worker that had loaded is replaced without delay', () => {
  expect(new RestartDelay().delay).toBe(0);
});

test('each attempt that fails doubles the delay, up to half a minute', () => {
  expect([1, 2, 3, 4, 5].map((count) => afterFailures(count).delay)).toEqual([100, 200, 400, 800, 1600]);
  expect(afterFailures(100).delay).toBe(30_000);
});

test('workers started together that all fail count once', () => {
  const restart = new RestartDelay();
  for (let worker = 0; worker < 16; worker++) restart.failed(10, 1000 + worker);
  expect(restart.delay).toBe(100);
  expect(restart.broken).toBe(false);
});

test('the next attempt is held back for the delay and no longer', () => {
  const restart = afterFailures(3); // the last at 2500
  expect(restart.holds(2500 + 399)).toBe(true);
  expect(restart.holds(2500 + 400)).toBe(false);
  expect(new RestartDelay().holds(0)).toBe(false);
});

test('requests are refused after the third attempt that fails, and taken again after one that succeeds', () => {
  expect(afterFailures(2).broken).toBe(false);
  const restart = afterFailures(3);
  expect(restart.broken).toBe(true);
  restart.succeeded();
  expect(restart).toMatchObject({ broken: false, delay: 0 });
});
