import { describe, expect, test, vi } from 'vitest';
import { BatchPolicy } from '../../src/dispatch/batch-policy.js';
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
    const policy = new BatchPolicy({ max: 64, wait: 0 }, () => {});
    expect(policy.limit(1000)).toBe(64);
    for (let i = 0; i < 50; i++) policy.observe(1 + (i % 20), 10 * (1 + (i % 20)));
    expect(policy.limit(400)).toBeLessThanOrEqual(21);
    expect(policy.limit(60_000)).toBe(64);
  });

  test('stops batching a function after three failed batches whose requests succeed alone, and reports it once', () => {
    const disabled = vi.fn();
    const policy = new BatchPolicy({ max: 64, wait: 0 }, disabled);
    policy.failed(false);
    for (let i = 0; i < 2; i++) policy.failed(true);
    expect(policy.enabled).toBe(true);
    policy.failed(true);
    policy.disable('for another reason');
    expect(policy.enabled).toBe(false);
    expect(disabled).toHaveBeenCalledExactlyOnceWith('it fails in batches of requests that succeed alone');
  });

  test('also runs a request alone in each of the first three batches, and in every thousandth', () => {
    const policy = new BatchPolicy({ max: 64, wait: 0 }, () => {});
    const checked = Array.from({ length: 2500 }, () => policy.takeCheck());
    expect(checked.flatMap((check, i) => (check ? [i + 1] : []))).toEqual([1, 2, 3, 1001, 2001]);
    const known = new BatchPolicy({ max: 64, wait: 0 }, () => {}, true);
    expect(known.takeCheck()).toBe(false);
  });
});
