import { expect, test } from 'vitest';
import { Isolation } from '../../src/dispatch/isolation.js';
import { Route } from '../../src/dispatch/route.js';
import { FakeClock } from '../support/fake-clock.js';

const clock = new FakeClock();
/** The routes that have requests in R. */
const active = new Set<Route>();

function unused(workers: number, reservedWorkers: number | 'auto' = 'auto'): Isolation {
  active.clear();
  return new Isolation({ reservedWorkers, shortTime: 500 }, clock, () => workers, active);
}

/** An isolation that has just seen a short request. */
function isolation(workers: number, reservedWorkers: number | 'auto' = 'auto'): Isolation {
  const made = unused(workers, reservedWorkers);
  made.arrived(routeTaking(1), clock.now());
  return made;
}

/** A route whose requests take this many milliseconds. */
function routeTaking(ms: number, concurrency?: number): Route {
  const route = new Route(concurrency);
  route.observe({ ms, requests: 1, worker: undefined });
  return route;
}

/** Starts requests of the routes in turn until none may run. Returns how many started. */
function started(admits: Isolation, ...routes: Route[]): number {
  let total = 0;
  for (let more = true; more && total < 100; ) {
    more = false;
    for (const route of routes) {
      admits.arrived(route, clock.now());
      if (!admits.admits(route)) continue;
      route.running += 1;
      active.add(route);
      total += 1;
      more = true;
    }
  }
  return total;
}

test('slow routes leave a quarter of the workers, and at least one, to short requests', () => {
  for (const [workers, slow] of [
    [2, 1],
    [3, 2],
    [4, 3],
    [8, 6],
    [16, 12],
  ] as const) {
    expect(started(isolation(workers), routeTaking(5000), routeTaking(800))).toBe(slow);
  }
});

test('always admits short requests, and admits slow ones if there is only one worker', () => {
  const admits = isolation(4);
  started(admits, routeTaking(5000));
  expect(admits.admits(routeTaking(2))).toBe(true);
  expect(started(isolation(1), routeTaking(5000))).toBe(1);
});

test('reserves as many workers as the operator configures, or none', () => {
  expect(started(isolation(8, 3), routeTaking(5000))).toBe(5);
  expect(started(isolation(8, 0), routeTaking(5000))).toBe(100);
});

test('admits one request of an unknown route, and more once it has proved to be fast', () => {
  const admits = isolation(2);
  const [one, other] = [new Route(), new Route()];
  expect(started(admits, one)).toBe(1);
  expect(admits.admits(other)).toBe(true);
  one.running -= 1;
  one.observe({ ms: 3, requests: 1, worker: undefined });
  expect(admits.admits(one)).toBe(true);
});

test('slow routes may use all workers before the first short request', () => {
  const admits = unused(4);
  expect(started(admits, new Route(), routeTaking(5000))).toBe(100);
});

test('slow routes may use all workers after a minute without short requests', () => {
  const admits = unused(4);
  const slow = routeTaking(5000);
  admits.arrived(routeTaking(1), clock.now());
  clock.advance(61_000);
  for (let i = 0; i < 4; i++) {
    expect(admits.admits(slow)).toBe(true);
    slow.running += 1;
  }
});

test('a route uses no more workers than its @concurrency', () => {
  expect(started(isolation(8), routeTaking(1, 2))).toBe(2);
});
