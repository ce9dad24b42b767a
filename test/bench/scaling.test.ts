import { expect, test } from 'vitest';
import { erlangC, meanWait, waitQuantile } from '../../bench/scaling/erlang.js';
import { seeded } from '../../bench/scaling/seeded.js';
import { simulate } from '../../bench/scaling/simulation.js';

test("Erlang's C is that of the tables", () => {
  expect(erlangC(1, 0.8)).toBeCloseTo(0.8, 12);
  expect(erlangC(10, 8)).toBeCloseTo(0.4092, 4);
  expect(erlangC(4000, 3200)).toBeGreaterThanOrEqual(0);
  expect(erlangC(2, 2)).toBe(1);
});

test.each([
  [1, 1, 0.7],
  [1, 4, 0.8],
  [5, 4, 0.8],
])(
  'the simulation of one queue over %i pods of %i workers at %f comes to the formula',
  (pods, workersPerPod, utilization) => {
    const input = { pods, workersPerPod, utilization, requests: 300_000, random: seeded(1) };
    const { mean, p99 } = simulate({ ...input, policy: 'one queue' });
    const workers = pods * workersPerPod;
    expect(mean / meanWait(workers, utilization)).toBeCloseTo(1, 1);
    expect(p99 / waitQuantile(workers, utilization, 0.99)).toBeCloseTo(1, 1);
  },
);

test('a queue for each pod waits longer than one queue, and choosing by load lies between', () => {
  const at = (policy: Parameters<typeof simulate>[0]['policy']) =>
    simulate({ pods: 10, workersPerPod: 4, utilization: 0.8, policy, requests: 50_000, random: seeded(3) })
      .mean;
  const [one, two, chance] = [at('one queue'), at('two choices'), at('random')];
  expect(one).toBeLessThan(two);
  expect(two).toBeLessThan(chance);
});
