import { expect, test } from 'vitest';
import { Breaker } from '../../src/pool/breaker.js';

/** After `count` failed attempts in a row, each of `took` ms, with a break of the same length. */
function afterFailures(count: number, took = 500): Breaker {
  const breaker = new Breaker();
  for (let i = 0; i < count; i++) breaker.failed(2 * i * took, (2 * i + 1) * took, `failure ${i + 1}`);
  return breaker;
}

test('a worker is replaced without delay if no attempt has failed', () => {
  expect(new Breaker().delay).toBe(0);
  expect(new Breaker().report(5)).toEqual({ state: 'ok', failures: 0, retryInMs: 0, reason: undefined });
});

test('each failed attempt doubles the delay, up to half a second', () => {
  expect([1, 2, 3, 4, 5].map((count) => afterFailures(count).delay)).toEqual([100, 200, 400, 500, 500]);
  expect(afterFailures(100).delay).toBe(500);
});

test('attempts that take long get no more than half of the time, and half a minute passes at most', () => {
  expect(afterFailures(100, 4000).delay).toBe(4000);
  expect(afterFailures(1, 4000).delay).toBe(100);
  expect(afterFailures(100, 120_000).delay).toBe(30_000);
});

test('several workers that start together and fail count as one failed attempt', () => {
  const breaker = new Breaker();
  for (let worker = 0; worker < 16; worker++) breaker.failed(10, 900 + worker, 'no memory');
  expect(breaker.delay).toBe(100);
  expect(breaker.state).toBe('retrying');
});

test('the next attempt waits for exactly the delay', () => {
  const breaker = afterFailures(3); // the last at 2500
  expect(breaker.holds(2500 + 399)).toBe(true);
  expect(breaker.holds(2500 + 400)).toBe(false);
  expect(new Breaker().holds(0)).toBe(false);
});

test('a start for the place of a worker that still works waits longer, up to half a minute', () => {
  const waits = (breaker: Breaker, ms: number): boolean => {
    const { failures } = breaker.report(0);
    return breaker.holds((2 * failures - 1) * 500 + ms, true);
  };
  expect([waits(afterFailures(5), 1599), waits(afterFailures(5), 1600)]).toEqual([true, false]);
  expect([waits(afterFailures(50), 29_999), waits(afterFailures(50), 30_000)]).toEqual([true, false]);
});

test('says how many attempts have failed, why the last one did, and when the next one follows', () => {
  expect(afterFailures(2).report(1600)).toEqual({
    state: 'retrying',
    failures: 2,
    retryInMs: 100,
    reason: 'failure 2',
  });
  expect(afterFailures(2).report(9000).retryInMs).toBe(0);
});

test('requests are rejected after the third failed attempt, and accepted again after a successful one', () => {
  expect(afterFailures(2).state).toBe('retrying');
  const breaker = afterFailures(3);
  expect(breaker.state).toBe('broken');
  breaker.succeeded();
  expect(breaker.report(2600)).toEqual({ state: 'ok', failures: 0, retryInMs: 0, reason: undefined });
  expect(breaker.delay).toBe(0);
});
