import { describe, expect, test, vi } from 'vitest';
import { BatchPolicy, NO_REPORTS } from '../../src/dispatch/batch-policy.js';
import { LinearCost } from '../../src/dispatch/linear-cost.js';

describe('LinearCost', () => {
  test('learns the cost of a call and of each item', () => {
    const cost = new LinearCost();
    for (let i = 0; i < 100; i++) {
      const n = 1 + (i % 50);
      cost.observe(n, 5 + 0.2 * n);
    }
    expect(cost.itemsWithin(25)).toBeGreaterThanOrEqual(98);
    expect(cost.itemsWithin(25)).toBeLessThanOrEqual(101);
  });

  test('adapts to a function that has become slower', () => {
    const cost = new LinearCost();
    for (let i = 0; i < 100; i++) cost.observe(1 + (i % 10), 1 + (i % 10));
    for (let i = 0; i < 300; i++) cost.observe(1 + (i % 10), 10 * (1 + (i % 10)));
    expect(cost.itemsWithin(100)).toBeGreaterThanOrEqual(9);
    expect(cost.itemsWithin(100)).toBeLessThanOrEqual(11);
  });

  test('allows any number of items before it has data, and always allows one', () => {
    const cost = new LinearCost();
    expect(cost.itemsWithin(1)).toBe(Infinity);
    cost.observe(1, 1000);
    expect(cost.itemsWithin(1)).toBe(1);
  });
});

describe('BatchPolicy', () => {
  test('limits a batch by max and by the nearest deadline', () => {
    const policy = new BatchPolicy({ max: 64, wait: 0 }, NO_REPORTS);
    expect(policy.limit(1000)).toBe(64);
    for (let i = 0; i < 50; i++) policy.observe(1 + (i % 20), 10 * (1 + (i % 20)));
    expect(policy.limit(400)).toBeLessThanOrEqual(21);
    expect(policy.limit(60_000)).toBe(64);
  });

  test('stops batching a function after three failed batches whose requests succeed alone, and reports it once', () => {
    const disabled = vi.fn();
    const policy = new BatchPolicy({ max: 64, wait: 0 }, { ...NO_REPORTS, notBatched: disabled }, true);
    policy.failed(false);
    for (let i = 0; i < 2; i++) policy.failed(true);
    expect(policy.enabled).toBe(true);
    policy.failed(true);
    policy.disable('for another reason');
    expect(policy.enabled).toBe(false);
    expect(disabled).toHaveBeenCalledExactlyOnceWith('it fails in batches of requests that succeed alone');
  });

  test('is on trial until three trials with different answers were right, then checks every thousandth batch', () => {
    const policy = new BatchPolicy({ max: 64, wait: 0 }, NO_REPORTS);
    for (let i = 0; i < 3; i++) {
      expect([policy.onTrial, policy.enabled]).toEqual([true, false]);
      policy.confirmed(true);
    }
    expect([policy.onTrial, policy.enabled]).toEqual([false, true]);
    const checks = Array.from({ length: 2500 }, () => policy.takeCheck());
    expect(checks.flatMap((check, i) => (check ? [i + 1] : []))).toEqual([1000, 2000]);
  });

  test('is on trial for longer if all requests of each trial have the same answer', () => {
    const policy = new BatchPolicy({ max: 64, wait: 0 }, NO_REPORTS);
    let trials = 0;
    while (policy.onTrial) {
      policy.confirmed(false);
      trials += 1;
    }
    expect(trials).toBe(30);
  });

  test('needs no trials and no checks if the function is known to be vectorised', () => {
    const known = new BatchPolicy({ max: 64, wait: 0 }, NO_REPORTS, true);
    expect([known.onTrial, known.enabled, known.takeCheck()]).toEqual([false, true, false]);
  });

  test('ends the trials once the function has shown that it is not vectorised', () => {
    const policy = new BatchPolicy({ max: 64, wait: 0 }, NO_REPORTS);
    policy.contradicted();
    expect([policy.onTrial, policy.enabled]).toEqual([false, false]);
  });
});
