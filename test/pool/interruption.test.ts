import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Interruption } from '../../src/pool/interruption.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('R that ends what nobody waits for in a moment is sent no signal, and need not be asked for one', () => {
  const send = vi.fn();
  const interruption = new Interruption(send);
  interruption.begin(2000, () => {});
  interruption.signalSoon(() => true);
  vi.advanceTimersByTime(50);
  expect(interruption.ended(() => {})).toBe(false);
  vi.runAllTimers();
  expect(send).not.toHaveBeenCalled();
  expect(interruption.isOn).toBe(false);
});

test('R that goes on is sent one signal, within half of the time that it gets to come back', () => {
  const send = vi.fn();
  const interruption = new Interruption(send);
  interruption.begin(60, () => {});
  interruption.signalSoon(() => true);
  interruption.signalSoon(() => true);
  vi.advanceTimersByTime(30);
  expect(send).toHaveBeenCalledTimes(1);
  expect(interruption.ended(() => {})).toBe(true);
});

test('R that still reads its work is sent no signal before it has read it', () => {
  const send = vi.fn();
  const interruption = new Interruption(send);
  let read = false;
  interruption.begin(2000, () => {});
  interruption.signalSoon(() => read);
  vi.advanceTimersByTime(1000);
  expect(send).not.toHaveBeenCalled();
  read = true;
  interruption.signalSoon(() => read);
  vi.advanceTimersByTime(100);
  expect(send).toHaveBeenCalledTimes(1);
});
