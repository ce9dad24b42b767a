import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Split } from '../../src/dispatch/batch.js';
import type { BatchUnit } from '../../src/dispatch/batch-unit.js';
import { type Frame, FrameType } from '../../src/protocol/frame.js';
import { batchOf, worker } from './batch-of.js';

const frame: Frame = { type: FrameType.value, id: 0, time: 0, payload: Buffer.alloc(0), length: 0 };
const exit = { code: null, signal: 'SIGSEGV' } as const;

/** R answers the batch. */
function finish({ unit }: { unit: BatchUnit }): void {
  unit.left(5);
  unit.finished(frame);
}

const parts = (...values: unknown[]): Split => ({ kind: 'parts', parts: values });

test('gives each request its part of the result, once', () => {
  const batch = batchOf(3, () => parts('a', 'b', 'c'));
  finish(batch);
  expect(batch.outcomes).toEqual(['a', 'b', 'c'].map((part) => [{ kind: 'part', part }]));
  expect(batch.again).toEqual([]);
  expect(batch.listener.computed).toHaveBeenCalledExactlyOnceWith(3, 3, 5);
});

test('runs each request alone if the result cannot be split, and reports the error', () => {
  const error = new RangeError('Invalid typed array length');
  const batch = batchOf(3, () => {
    throw error;
  });
  finish(batch);
  expect(batch.listener.failed).toHaveBeenCalledExactlyOnceWith(error);
  expect(batch.again).toEqual(batch.tickets);
  expect(batch.tickets.map(({ alone, batch: own, batchSize }) => [alone, own, batchSize])).toEqual(
    Array(3).fill([true, undefined, 1]),
  );
  expect(batch.outcomes).toEqual([[], [], []]);
});

test('however a result is split, each request whose client waits gets its part or runs alone, never both', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.array(fc.option(fc.constant('part'), { nil: undefined }), { maxLength: 8 }),
      fc.array(fc.nat(5)),
      (size, values, left) => {
        const batch = batchOf(size, () => parts(...values));
        for (const i of left) batch.tickets[i]?.abandon();
        finish(batch);
        for (const [i, ticket] of batch.tickets.entries()) {
          const times = batch.outcomes[i]!.length + batch.again.filter((one) => one === ticket).length;
          expect(times).toBe(left.includes(i) ? 0 : 1);
        }
      },
    ),
    { seed: 20261129, numRuns: 200 },
  );
});

test('stops batching a function whose result has no part for each request', () => {
  const batch = batchOf(2, () => ({ kind: 'indivisible', reason: 'its result has no part' }));
  finish(batch);
  expect(batch.disabled).toHaveBeenCalledExactlyOnceWith('its result has no part');
  expect(batch.again).toEqual(batch.tickets);
  expect(batch.tickets.map(({ batchable }) => batchable)).toEqual([false, false]);
});

test('counts a failed batch against the function only if each of its requests succeeds alone', () => {
  const fail = (): Split => ({ kind: 'failed' });
  const outcomes = [
    [0, 0],
    [0, 1],
  ].map((answers) => {
    const batch = batchOf(2, fail);
    const failed = vi.spyOn(batch.policy, 'failed');
    finish(batch);
    expect(failed).not.toHaveBeenCalled();
    for (const [i, ticket] of batch.tickets.entries()) ticket.finished({ ...frame, id: answers[i]! });
    return failed.mock.calls;
  });
  expect(outcomes).toEqual([[[true, undefined]], [[false, undefined]]]);
});

test('runs requests one by one after their worker dies, so that only the request that killed it fails', () => {
  const batch = batchOf(3, () => parts());
  batch.tickets[1]!.abandon();
  batch.unit.lost(worker, exit);
  expect(batch.again).toEqual([batch.tickets[0], batch.tickets[2]]);
  expect(batch.tickets.map(({ rTime }) => rTime)).toEqual([undefined, undefined, undefined]);
  expect(batch.disabled).not.toHaveBeenCalled();
});

test('may batch requests again if R had not started their batch', () => {
  const batch = batchOf(2, () => parts());
  batch.unit.returned();
  expect(batch.again).toEqual(batch.tickets);
  for (const ticket of batch.tickets) {
    expect(ticket).toMatchObject({ alone: false, attempts: 0, batch: undefined, startedAt: undefined });
  }
});

test('also runs a random request of the first batch alone, without delaying its response', () => {
  const batch = batchOf(3, () => parts('a', 'b', 'c'), { checked: false, random: () => 0.99 });
  finish(batch);
  expect(batch.listener.check).toHaveBeenCalledExactlyOnceWith(batch.tickets[2], 'c');
  expect(batch.outcomes[2]).toEqual([{ kind: 'part', part: 'c' }]);
});

test('keeps a batch running as long as one of its clients waits', () => {
  const batch = batchOf(2, () => parts());
  batch.tickets[0]!.abandon();
  expect(batch.unit.awaited).toBe(true);
  batch.tickets[1]!.abandon();
  expect(batch.unit.awaited).toBe(false);
});
