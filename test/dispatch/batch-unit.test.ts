import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Split } from '../../src/dispatch/batch.js';
import type { BatchUnit } from '../../src/dispatch/batch-unit.js';
import type { QueuedTicket } from '../../src/dispatch/queued-ticket.js';
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

const answer = (id = 0): Frame => ({ ...frame, id });

describe('when one request of a batch of a trusted route is checked', () => {
  /** The last of three requests is checked. */
  const checking = (same: boolean): ReturnType<typeof batchOf> => {
    const batch = batchOf(3, () => parts('a', 'b', 'c'), {
      known: false,
      isSame: () => same,
      random: () => 0.99,
    });
    vi.spyOn(batch.policy, 'takeCheck').mockReturnValue(true);
    finish(batch);
    expect(batch.again).toEqual([batch.tickets[2]]);
    expect(batch.outcomes).toEqual([[], [], []]);
    return batch;
  };

  test('the others get their parts once it has got the same answer alone', () => {
    const batch = checking(true);
    batch.tickets[2]!.finished(answer());
    expect(batch.outcomes).toMatchObject([[{ part: 'a' }], [{ part: 'b' }], [{ kind: 'answer' }]]);
    expect(batch.disabled).not.toHaveBeenCalled();
  });

  test('the others run alone if it has got another answer', () => {
    const batch = checking(false);
    batch.tickets[2]!.finished(answer());
    expect(batch.again).toEqual([batch.tickets[2], batch.tickets[0], batch.tickets[1]]);
    expect(batch.outcomes).toMatchObject([[], [], [{ kind: 'answer' }]]);
    expect(batch.disabled).toHaveBeenCalledOnce();
  });

  test.each([
    ['its client leaves', (ticket: QueuedTicket) => ticket.abandon()],
    ['its worker dies', (ticket: QueuedTicket) => ticket.lost(worker, exit, true)],
  ])('the others get their parts if %s', (_, end) => {
    const batch = checking(false);
    end(batch.tickets[2]!);
    expect(batch.outcomes).toMatchObject([[{ part: 'a' }], [{ part: 'b' }], []]);
  });

  test('it is not, if the deadlines leave too little time', () => {
    const batch = batchOf(3, () => parts('a', 'b', 'c'), { known: false });
    vi.spyOn(batch.policy, 'takeCheck').mockReturnValue(true);
    vi.spyOn(batch.policy, 'timeFor').mockReturnValue(400);
    finish(batch);
    expect(batch.outcomes).toMatchObject([[{ part: 'a' }], [{ part: 'b' }], [{ part: 'c' }]]);
  });

  test('another client that leaves interrupts no worker', () => {
    const batch = checking(true);
    expect(batch.tickets.map((ticket) => ticket.worker)).toEqual([undefined, undefined, undefined]);
  });
});

test('keeps a batch running as long as one of its clients waits', () => {
  const batch = batchOf(2, () => parts());
  batch.tickets[0]!.abandon();
  expect(batch.unit.awaited).toBe(true);
  batch.tickets[1]!.abandon();
  expect(batch.unit.awaited).toBe(false);
});
