import { expect, test } from 'vitest';
import { erlangC, meanWait, waitQuantile } from '../../bench/scaling/erlang.js';
import { seeded } from '../../bench/scaling/seeded.js';
import { simulate } from '../../bench/scaling/simulation.js';

test("Erlang's C formula matches published values", () => {
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
  'simulating one queue for %i pods of %i workers at utilization %f matches the formula',
  (pods, workersPerPod, utilization) => {
    const input = { pods, workersPerPod, utilization, requests: 300_000, random: seeded(1) };
    const { mean, p99 } = simulate({ ...input, policy: 'one queue' });
    const workers = pods * workersPerPod;
    expect(mean / meanWait(workers, utilization)).toBeCloseTo(1, 1);
    expect(p99 / waitQuantile(workers, utilization, 0.99)).toBeCloseTo(1, 1);
  },
);

test('waits are shortest with one queue, longer with the less loaded of two pods, and longest with a random pod', () => {
  const at = (policy: Parameters<typeof simulate>[0]['policy']) =>
    simulate({ pods: 10, workersPerPod: 4, utilization: 0.8, policy, requests: 50_000, random: seeded(3) })
      .mean;
  const [one, two, chance] = [at('one queue'), at('two choices'), at('random')];
  expect(one).toBeLessThan(two);
  expect(two).toBeLessThan(chance);
});
