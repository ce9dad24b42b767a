import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { RejectionThrottle } from '../../src/http/rejection-throttle.js';
import { FakeClock } from '../support/fake-clock.js';

class FakeSocket {
  destroyed = false;
  reads = true;
  pause(): void {
    this.reads = false;
  }
  resume(): void {
    this.reads = true;
  }
}

function throttled() {
  const clock = new FakeClock();
  const throttle = new RejectionThrottle(clock);
  const reject = (): FakeSocket => {
    const socket = new FakeSocket();
    throttle.rejected(socket as unknown as Socket);
    return socket;
  };
  return { clock, throttle, reject };
}

test('a few rejections do not slow down any connection', () => {
  const { clock, reject } = throttled();
  for (let tick = 0; tick < 50; tick += 1) {
    expect(Array.from({ length: 3 }, reject).every(({ reads }) => reads)).toBe(true);
    clock.advance(2);
  }
});

test('resumes connections in order, at a limited rate, during a flood of rejections', () => {
  const { clock, throttle, reject } = throttled();
  const sockets = Array.from({ length: 1000 }, reject);
  expect(sockets.filter(({ reads }) => reads)).toHaveLength(32);
  clock.advance(100);
  const resumed = sockets.filter(({ reads }) => reads).length;
  expect(resumed).toBeGreaterThan(215);
  expect(resumed).toBeLessThan(245);
  expect(sockets.slice(0, resumed).every(({ reads }) => reads)).toBe(true);
  clock.advance(1000);
  expect(throttle.waiting).toBe(0);
  expect(sockets.every(({ reads }) => reads)).toBe(true);
});

test('resumes only a few connections per turn of the event loop, even if the turns are late', () => {
  const { clock, throttle, reject } = throttled();
  for (let i = 0; i < 1000; i += 1) reject();
  const before = throttle.waiting;
  for (let turn = 0; turn < 10; turn += 1) clock.late(100);
  expect(before - throttle.waiting).toBe(320);
});

test('skips a connection that has closed meanwhile', () => {
  const { clock, throttle, reject } = throttled();
  for (let i = 0; i < 32; i += 1) reject();
  const gone = Array.from({ length: 20 }, reject);
  const left = reject();
  for (const socket of gone) socket.destroyed = true;
  clock.advance(2);
  expect(left.reads).toBe(true);
  expect(throttle.waiting).toBe(0);
});

test('resumes all connections when the server closes', () => {
  const { throttle, reject } = throttled();
  const sockets = Array.from({ length: 500 }, reject);
  throttle.close();
  expect(sockets.every(({ reads }) => reads)).toBe(true);
});
