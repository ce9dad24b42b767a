import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Interruption } from '../../src/pool/interruption.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sends no signal if R finishes the abandoned work soon, and needs no ping then', () => {
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

test('sends one signal if R keeps running, within half of the grace period', () => {
  const send = vi.fn();
  const interruption = new Interruption(send);
  interruption.begin(60, () => {});
  interruption.signalSoon(() => true);
  interruption.signalSoon(() => true);
  vi.advanceTimersByTime(30);
  expect(send).toHaveBeenCalledTimes(1);
  expect(interruption.ended(() => {})).toBe(true);
});

test('sends no signal until R has read its work', () => {
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
