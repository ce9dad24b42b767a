import { expect, test } from 'vitest';
import { Crowd } from '../../src/dispatch/crowd.js';

/** Eight requests are open; so many of them wait, and so many calls run for the others. */
function crowd(waiting: number, calls: number): Crowd {
  const all = new Crowd();
  for (let i = 0; i < 8; i++) all.entered();
  all.waiting = waiting;
  all.calls = calls;
  return all;
}

test('half of a crowd is worth a batch at once', () => {
  expect(crowd(4, 0).isEnough(true)).toBe(true);
  expect(crowd(3, 0).isEnough(true)).toBe(false);
  expect(crowd(4, 1).isEnough(true)).toBe(true);
});

test('where no core is free for another worker, all wait for a brief call of their route', () => {
  const busy = crowd(6, 1);
  expect(busy.isEnough(false)).toBe(false);
  expect(busy.hold(1, 100, false)).toBe(105);
  expect(busy.isHeld(104)).toBe(true);
  expect(busy.isHeld(105)).toBe(false);
});

test('with a core free, fewer than half wait for it, and half of them do not', () => {
  expect(crowd(3, 1).hold(1, 100, true)).toBe(105);
  expect(crowd(4, 1).hold(1, 100, true)).toBeUndefined();
});

test('nobody waits for a call that takes longer, or for none', () => {
  expect(crowd(1, 1).hold(6, 100, false)).toBeUndefined();
  expect(crowd(1, 0).hold(1, 100, false)).toBeUndefined();
});

test('a wait ends with the call, and at its time; what an earlier one was to take does not end a later one', () => {
  const held = crowd(2, 1);
  const first = held.hold(1, 100, false)!;
  held.endHold();
  expect(held.isHeld(101)).toBe(false);
  const second = held.hold(1, 102, false)!;
  expect(held.endHoldOf(first)).toBe(false);
  expect(held.isHeld(103)).toBe(true);
  expect(held.endHoldOf(second)).toBe(true);
  expect(held.isHeld(103)).toBe(false);
});
