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

/** One that has seen a short request just now. */
function isolation(workers: number, reservedWorkers: number | 'auto' = 'auto'): Isolation {
  const made = unused(workers, reservedWorkers);
  made.arrived(load(1), clock.now());
  return made;
}

/** A route that takes so many milliseconds. */
function load(ms: number, concurrency?: number): Route {
  const route = new Route(concurrency);
  route.observe({ ms, requests: 1, worker: undefined });
  return route;
}

/** Starts as many requests of the routes in turn as may run; gives their number. */
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

test('slow routes together leave a quarter of the workers, and at least one, to short requests', () => {
  for (const [workers, slow] of [
    [2, 1],
    [3, 2],
    [4, 3],
    [8, 6],
    [16, 12],
  ] as const) {
    expect(started(isolation(workers), load(5000), load(800))).toBe(slow);
  }
});

test('short requests are always admitted, and slow ones have the only worker there is', () => {
  const admits = isolation(4);
  started(admits, load(5000));
  expect(admits.admits(load(2))).toBe(true);
  expect(started(isolation(1), load(5000))).toBe(1);
});

test('as many workers as the operator says are kept, or none', () => {
  expect(started(isolation(8, 3), load(5000))).toBe(5);
  expect(started(isolation(8, 0), load(5000))).toBe(100);
});

test('a route that was never answered is admitted once, and after that as if it were slow', () => {
  const admits = isolation(2);
  const [one, other] = [new Route(), new Route()];
  expect(started(admits, one)).toBe(1);
  expect(admits.admits(other)).toBe(true);
  one.running -= 1;
  one.observe({ ms: 3, requests: 1, worker: undefined });
  expect(admits.admits(one)).toBe(true);
});

test('before anything short has been asked for slow routes may have all workers', () => {
  const admits = unused(4);
  expect(started(admits, new Route(), load(5000))).toBe(100);
});

test('where nothing short has been asked for in a minute slow routes may have all workers', () => {
  const admits = unused(4);
  const slow = load(5000);
  admits.arrived(load(1), clock.now());
  clock.advance(61_000);
  for (let i = 0; i < 4; i++) {
    expect(admits.admits(slow)).toBe(true);
    slow.running += 1;
  }
});

test('a route has no more workers than its @concurrency', () => {
  expect(started(isolation(8), load(1, 2))).toBe(2);
});
