import { expect, test } from 'vitest';
import { Route } from '../../src/dispatch/route.js';

const worker = {};

function observe(route: Route, calls: number, ms: number, requests = 1): void {
  for (let i = 0; i < calls; i++) route.observe({ ms, requests, worker });
}

/** A route that has answered so often, in so many milliseconds each. */
function route(answers: number, ms: number): Route {
  const made = new Route();
  observe(made, answers, ms);
  return made;
}

test('a route is brief once it has shown so, not before', () => {
  expect(new Route().expected).toBe(Infinity);
  expect(route(3, 0.2).expected).toBe(Infinity);
  expect(route(20, 0.2).expected).toBeCloseTo(0.2);
  expect(route(20, 3).expected).toBeCloseTo(3);
  expect(route(20, 30).expected).toBe(Infinity);
});

test('one slow answer is believed at once and forgotten after many fast ones', () => {
  const time = route(20, 0.2);
  observe(time, 1, 50);
  expect(time.expected).toBe(Infinity);
  observe(time, 100, 0.2);
  expect(time.expected).toBeCloseTo(0.2);
});

test('a route whose handlers print has its workers to itself, however brief', () => {
  const time = route(20, 0.2);
  time.printed();
  expect(time.expected).toBe(Infinity);
});

test('what a worker takes the first two times does not make a route slow that is short from then on', () => {
  const slowStart = new Route();
  const [one, other, third] = [{}, {}, {}];
  const call = (ms: number, by: object): void => slowStart.observe({ ms, requests: 1, worker: by });
  call(900, one);
  call(700, other);
  call(800, one);
  expect(slowStart.time).toBe(700);
  call(10, one);
  expect(slowStart.time).toBe(10);
  for (const ms of [800, 900]) call(ms, third);
  expect(slowStart.time).toBe(10);
  call(800, third);
  expect(slowStart.time).toBeGreaterThan(300);
});

test('a route that takes long every time is slow, and so is one that costs its worker', () => {
  const [always, lost] = [new Route(), new Route()];
  for (const ms of [5000, 4000, 6000]) always.observe({ ms, requests: 1, worker });
  expect(always.time).toBeGreaterThan(4000);
  lost.observe({ ms: 30_000, requests: 1, worker: undefined });
  expect(lost.time).toBe(30_000);
});

test('what waits is worth nothing until a warm worker has shown its time', () => {
  const cold = new Route();
  cold.queued = 1000;
  observe(cold, 2, 900);
  expect(cold.load(0).work).toBe(0);
  observe(cold, 10, 2);
  expect(cold.load(0).work).toBeCloseTo(2000);
});
