import { expect, test } from 'vitest';
import { RouteTime } from '../../src/dispatch/route-time.js';

/** A route that has answered so often, in so many milliseconds each. */
function route(answers: number, ms: number): RouteTime {
  const time = new RouteTime();
  for (let i = 0; i < answers; i++) time.observe(ms);
  return time;
}

test('a route is brief once it has shown so, not before', () => {
  expect(new RouteTime().brief).toBe(false);
  expect(route(3, 0.2).brief).toBe(false);
  expect(route(20, 0.2).brief).toBe(true);
  expect(route(20, 3).brief).toBe(false);
});

test('one slow answer is believed at once and forgotten after many fast ones', () => {
  const time = route(20, 0.2);
  time.observe(5);
  expect(time.brief).toBe(false);
  for (let i = 0; i < 100; i++) time.observe(0.2);
  expect(time.brief).toBe(true);
});

test('a route whose handlers print has its workers to itself, however brief', () => {
  const time = route(20, 0.2);
  time.printed();
  expect(time.brief).toBe(false);
});
