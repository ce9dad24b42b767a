import { expect, test } from 'vitest';
import { Cores } from '../../src/dispatch/cores.js';

/** A gateway that is busy for so much of the time from then on, and a second of it. */
function gateway(count: number) {
  let now = 0;
  let active = 0;
  const cores = new Cores(
    count,
    () => now,
    (total, before) => ({
      idle: now,
      active,
      utilization: total && before ? (total.active - before.active) / (total.idle - before.idle || 1) : 0,
    }),
  );
  return (share: number, busy: number): boolean => {
    for (let i = 0; i < 10; i++) {
      now += 100;
      active += 100 * share;
      cores.isFree(0);
    }
    return cores.isFree(busy);
  };
}

test('while the gateway has little to do, all cores are there for R', () => {
  const isFree = gateway(2);
  expect(isFree(0.3, 0)).toBe(true);
  expect(isFree(0.3, 1)).toBe(true);
  expect(isFree(0.3, 2)).toBe(false);
});

test('a gateway that is busy has a core to itself, until it is not any more', () => {
  const isFree = gateway(2);
  expect(isFree(0.9, 0)).toBe(true);
  expect(isFree(0.9, 1)).toBe(false);
  expect(isFree(0.2, 1)).toBe(true);
});
