import { expect, test } from 'vitest';
import { Route } from '../../src/dispatch/route.js';

const worker = {};

function observe(route: Route, calls: number, ms: number, requests = 1): void {
  for (let i = 0; i < calls; i++) route.observe({ ms, requests, worker });
}

/** A route with this many responses, each of which took `ms`. */
function route(answers: number, ms: number): Route {
  const made = new Route();
  observe(made, answers, ms);
  return made;
}

test('a route counts as brief only after enough fast responses', () => {
  expect(new Route().expected).toBe(Infinity);
  expect(route(3, 0.2).expected).toBe(Infinity);
  expect(route(20, 0.2).expected).toBeCloseTo(0.2);
  expect(route(20, 3).expected).toBeCloseTo(3);
  expect(route(20, 30).expected).toBe(Infinity);
});

test('one slow response counts at once, and is forgotten after many fast ones', () => {
  const time = route(20, 0.2);
  observe(time, 1, 50);
  expect(time.expected).toBe(Infinity);
  observe(time, 100, 0.2);
  expect(time.expected).toBeCloseTo(0.2);
});

test('a route whose handlers print does not count as brief, however fast it is', () => {
  const time = route(20, 0.2);
  time.printed();
  expect(time.expected).toBe(Infinity);
});

test('the first two requests of a worker do not make a route slow that is short afterwards', () => {
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

test('a route that always takes long is slow, and so is one that loses its worker', () => {
  const [always, lost] = [new Route(), new Route()];
  for (const ms of [5000, 4000, 6000]) always.observe({ ms, requests: 1, worker });
  expect(always.time).toBeGreaterThan(4000);
  lost.observe({ ms: 30_000, requests: 1, worker: undefined });
  expect(lost.time).toBe(30_000);
});

test('runs that are cut short never make a route shorter, and show how long it takes at least', () => {
  const cut = (route: Route, ms: number): void => route.observe({ ms, requests: 1, worker, cut: true });
  const slow = route(20, 3000);
  for (let i = 0; i < 50; i++) cut(slow, 110);
  expect(slow.time).toBeCloseTo(3000);
  expect(slow.mean).toBeCloseTo(3000);
  const grown = route(20, 10);
  for (let i = 0; i < 5; i++) cut(grown, 3000);
  expect(grown.time).toBeGreaterThan(2000);
  expect(grown.mean).toBeGreaterThan(1000);
  const never = new Route();
  for (const ms of [110, 700, 110]) cut(never, ms);
  expect(never).toMatchObject({ known: false, time: 700 });
});

test('waiting requests do not count as work until a warm worker has shown their time', () => {
  const cold = new Route();
  cold.queued = 1000;
  observe(cold, 2, 900);
  expect(cold.load(0).work).toBe(0);
  observe(cold, 10, 2);
  expect(cold.load(0).work).toBeCloseTo(2000);
});

test('a moment in which the gateway is busy does not make waiting requests look as if they took that long', () => {
  const burst = new Route();
  observe(burst, 2, 8);
  burst.observe({ ms: 8, occupied: 1300, requests: 1, worker });
  burst.queued = 600;
  expect(burst.load(0).work).toBeLessThan(600 * 27);
  const large = new Route(); // bodies that take as long to send as R takes for them do count
  observe(large, 2, 500);
  large.observe({ ms: 500, occupied: 900, requests: 1, worker });
  large.queued = 10;
  expect(large.load(0).work).toBeGreaterThan(10 * 800);
});
