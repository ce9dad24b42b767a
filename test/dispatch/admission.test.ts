import { expect, test } from 'vitest';
import { Admission } from '../../src/dispatch/admission.js';
import { RouteLoad } from '../../src/dispatch/route-load.js';

/** One that has seen a short request just now. */
function admission(workers: number, reservedWorkers: number | 'auto' = 'auto'): Admission {
  const admits = new Admission({ reservedWorkers, shortTime: 500 }, () => workers);
  admits.arrives(load(1), performance.now());
  return admits;
}

/** A route that takes so many milliseconds. */
function load(ms: number, most?: number): RouteLoad {
  const route = new RouteLoad(most);
  route.observe(ms);
  return route;
}

/** Starts as many requests of the routes in turn as may run; gives their number. */
function started(admits: Admission, ...routes: RouteLoad[]): number {
  let total = 0;
  for (let more = true; more && total < 100; ) {
    more = false;
    for (const route of routes) {
      if (!admits.arrives(route, performance.now())) continue;
      route.running += 1;
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
    expect(started(admission(workers), load(5000), load(800))).toBe(slow);
  }
});

test('short requests are always admitted, and slow ones have the only worker there is', () => {
  const admits = admission(4);
  started(admits, load(5000));
  expect(admits.arrives(load(2), performance.now())).toBe(true);
  expect(started(admission(1), load(5000))).toBe(1);
});

test('as many workers as the operator says are kept, or none', () => {
  expect(started(admission(8, 3), load(5000))).toBe(5);
  expect(started(admission(8, 0), load(5000))).toBe(100);
});

test('a route that was never answered is admitted once, and after that as if it were slow', () => {
  const admits = admission(2);
  const [one, other] = [new RouteLoad(), new RouteLoad()];
  expect(started(admits, one)).toBe(1);
  expect(admits.arrives(other, performance.now())).toBe(true);
  one.running -= 1;
  one.observe(3);
  expect(admits.arrives(one, performance.now())).toBe(true);
});

test('before anything short has been asked for slow routes may have all workers', () => {
  const admits = new Admission({ reservedWorkers: 'auto', shortTime: 500 }, () => 4);
  expect(started(admits, new RouteLoad(), load(5000))).toBe(100);
});

test('where nothing short has been asked for in a minute slow routes may have all workers', () => {
  const admits = new Admission({ reservedWorkers: 'auto', shortTime: 500 }, () => 4);
  const slow = load(5000);
  const ago = performance.now() - 61_000;
  admits.arrives(load(1), ago);
  for (let i = 0; i < 4; i++) {
    expect(admits.arrives(slow, performance.now())).toBe(true);
    slow.running += 1;
  }
});

test('a route has no more workers than its @concurrency', () => {
  expect(started(admission(8), load(1, 2))).toBe(2);
});

test('what a worker takes the first two times does not make a route slow that is short from then on', () => {
  const route = new RouteLoad();
  const [one, other, third] = [{}, {}, {}];
  route.observe(900, one);
  route.observe(700, other);
  route.observe(800, one);
  expect(route.time).toBe(700);
  route.observe(10, one);
  expect(route.time).toBe(10);
  for (const ms of [800, 900]) route.observe(ms, third);
  expect(route.time).toBe(10);
  route.observe(800, third);
  expect(route.time).toBeGreaterThan(300);
});

test('a route that takes long every time is slow, and so is one that costs its worker', () => {
  const [route, lost] = [new RouteLoad(), new RouteLoad()];
  const worker = {};
  for (const ms of [5000, 4000, 6000]) route.observe(ms, worker);
  expect(route.time).toBeGreaterThan(4000);
  lost.observe(10, worker);
  lost.observe(10, worker);
  lost.observe(3000);
  expect(lost.time).toBeGreaterThan(500);
});
