import { expect, test } from 'vitest';
import { RouteTime } from '../../src/dispatch/route-time.js';

/** A route that has answered so often, in so many milliseconds each. */
function route(answers: number, ms: number): RouteTime {
  const time = new RouteTime();
  for (let i = 0; i < answers; i++) time.observe(ms);
  return time;
}

test('a route is brief once it has shown so, not before', () => {
  expect(new RouteTime().expected).toBe(Infinity);
  expect(route(3, 0.2).expected).toBe(Infinity);
  expect(route(20, 0.2).expected).toBeCloseTo(0.2);
  expect(route(20, 3).expected).toBeCloseTo(3);
  expect(route(20, 30).expected).toBe(Infinity);
});

test('one slow answer is believed at once and forgotten after many fast ones', () => {
  const time = route(20, 0.2);
  time.observe(50);
  expect(time.expected).toBe(Infinity);
  for (let i = 0; i < 100; i++) time.observe(0.2);
  expect(time.expected).toBeCloseTo(0.2);
});

test('a route whose handlers print has its workers to itself, however brief', () => {
  const time = route(20, 0.2);
  time.printed();
  expect(time.expected).toBe(Infinity);
});
