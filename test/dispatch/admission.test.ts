import fc from 'fast-check';
import { expect, test } from 'vitest';
import { probe, type RouteKind, type Scenario, simulate } from './admission-model.js';

/** To repeat a failure, use the seed and the path that fast-check reports: { seed, path: '...' }. */
const RUNS = { seed: 20261129, numRuns: 1000 };

const concurrency = fc.constantFrom(Infinity, Infinity, 1, 2);
const fast = fc.record({ ms: fc.constantFrom(2, 10, 40, 100, 300), concurrency });

/** Bursts and pauses. The tests examine the last arrival. */
function scenarios(route: fc.Arbitrary<RouteKind>, timeout: fc.Arbitrary<number>): fc.Arbitrary<Scenario> {
  return fc.record({
    workers: fc.constantFrom(1, 2, 3, 4, 8),
    routes: fc.array(route, { minLength: 4, maxLength: 4 }),
    arrivals: fc.array(
      fc.record({ gap: fc.constantFrom(...Array(5).fill(2 ** -10), 1, 7, 60), route: fc.nat(3), timeout }),
      { minLength: 1, maxLength: 100, size: 'max' },
    ),
  });
}

const anyTimeout = fc.integer({ min: 20, max: 900 });
/**
 * The estimate knows the amount of work, but not when each call will end, nor the order of the calls of a route with
 * @concurrency among the others. So it may be wrong by the longest call.
 */
const LONGEST_MS = 300;
const aboveAnyCall = fc.integer({ min: 3 * LONGEST_MS, max: 2500 });

test('never rejects a request that would be answered within half of its deadline', () => {
  fc.assert(
    fc.property(scenarios(fast, aboveAnyCall), (scenario) => {
      const { rejected, wouldTake } = probe(scenario);
      if (rejected) expect(wouldTake + LONGEST_MS).toBeGreaterThan(scenario.arrivals.at(-1)!.timeout / 2);
    }),
    RUNS,
  );
});

test('never accepts a request that is certain to miss its deadline', () => {
  fc.assert(
    fc.property(scenarios(fast, anyTimeout), (scenario) => {
      const { rejected, wouldTake } = probe(scenario);
      const { ms } = scenario.routes[scenario.arrivals.at(-1)!.route]!;
      // A request that need not wait always runs. Otherwise, the gateway would not notice that a route has become fast.
      const waits = wouldTake > ms;
      if (!rejected && waits) expect(wouldTake).toBeLessThanOrEqual(scenario.arrivals.at(-1)!.timeout);
    }),
    RUNS,
  );
});

const slow = fc.record({ ms: fc.constantFrom(600, 2000), concurrency });
const mixed = fc.oneof(fast, slow);

/** The estimate may be wrong by two calls: before the first short request, slow ones may have had more workers. */
const aboveTwoCalls = fc.integer({ min: 14_000, max: 18_000 });

test('keeps both promises if slow routes leave some of the workers to short ones', () => {
  fc.assert(
    fc.property(scenarios(mixed, aboveTwoCalls), (scenario) => {
      const { rejected, wouldTake } = probe(scenario);
      const { timeout } = scenario.arrivals.at(-1)!;
      if (rejected) expect(wouldTake).toBeGreaterThan(timeout / 2);
      else expect(wouldTake).toBeLessThanOrEqual(timeout);
    }),
    RUNS,
  );
});

/** One kind of request arrives now and then, the other continuously. The other must not affect the first. */
function floods(gapOfOne: number, gapsOfOther: readonly number[]) {
  const one = fc.constant({ gap: gapOfOne, route: 0, timeout: 4000 });
  const other = fc.record({
    gap: fc.constantFrom(...gapsOfOther),
    route: fc.constant(1),
    timeout: fc.constant(2000),
  });
  return fc.record({
    workers: fc.integer({ min: 2, max: 8 }),
    arrivals: fc
      .array(fc.oneof({ weight: 1, arbitrary: one }, { weight: 20, arbitrary: other }), {
        minLength: 150,
        maxLength: 300,
        size: 'max',
      })
      .map((list) => [{ gap: 0, route: 0, timeout: 2000 }, ...list]),
  });
}

test.each([
  ['slow', 'short', { ms: 10, gap: 20 }, { ms: 600, gaps: [2 ** -10, 1, 15] }, 15],
  ['short', 'slow', { ms: 600, gap: 650 }, { ms: 300, gaps: [2 ** -10] }, 2500],
] as const)(
  'a continuous load of %s requests never causes a %s one to be rejected or late',
  (_, _one, one, other, within) => {
    const routes = [one, other].map(({ ms }) => ({ ms, concurrency: Infinity }));
    let rejections = 0;
    fc.assert(
      fc.property(floods(one.gap, other.gaps), (scenario) => {
        const results = simulate({ ...scenario, routes });
        for (const [i, { rejected, took }] of results.entries()) {
          if (scenario.arrivals[i]!.route === 0) expect(took).toBeLessThanOrEqual(within);
          else rejections += Number(rejected);
        }
      }),
      { ...RUNS, numRuns: 30 },
    );
    expect(rejections).toBeGreaterThan(100);
  },
);

test('accepts all requests of a route while its time is unknown', () => {
  const arrivals = Array.from({ length: 500 }, () => ({ gap: 0, route: 0, timeout: 1000 }));
  const routes = [{ ms: 900, concurrency: 1, isNew: true }];
  for (const { rejected } of simulate({ workers: 2, routes, arrivals })) expect(rejected).toBe(false);
});
