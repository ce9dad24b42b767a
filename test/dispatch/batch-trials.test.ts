import { expect, test, vi } from 'vitest';
import type { Batchable, Split } from '../../src/dispatch/batch.js';
import { BatchPolicy, NO_REPORTS } from '../../src/dispatch/batch-policy.js';
import { BatchTrials } from '../../src/dispatch/batch-trials.js';
import { type Frame, FrameType } from '../../src/protocol/frame.js';

const frame = (id: number): Frame => ({
  type: FrameType.value,
  id,
  time: 0,
  payload: Buffer.alloc(0),
  length: 0,
});

/** Requests whose answer alone is a frame with their number, and their part that number too. */
function route(split: () => Split) {
  const disabled = vi.fn();
  const policy = new BatchPolicy({ max: 64, wait: 0 }, { ...NO_REPORTS, notBatched: disabled });
  const trials = new BatchTrials();
  const request = (key: string): Batchable => ({
    key,
    items: 1,
    policy,
    merge: () => ({ type: FrameType.call, payload: [], split }),
    succeeded: () => true,
    isSame: (part, alone) => part === alone.id,
  });
  return { add: (id: number, key = 'k') => trials.add(request(key), frame(id)), disabled, policy };
}

const parts = (...values: unknown[]): Split => ({ kind: 'parts', parts: values });

test('computes four requests of one kind together, whatever others come between them', () => {
  const { add } = route(() => parts());
  const trials = [1, 2, 3].map((id) => [add(id), add(id, 'other kind')]);
  expect(trials.flat()).toEqual(Array(6).fill(undefined));
  expect(add(4)).toBeDefined();
  expect(add(5)).toBeUndefined();
});

test.each([
  ['the answers are the same and differ from each other', [1, 2, 3, 4], parts(1, 2, 3, 4), [true]],
  ['the answers are the same and equal', [1, 1, 1, 1], parts(1, 1, 1, 1), [false]],
  ['a part can be computed alone only', [1, 2, 3, 4], parts(1, 2, undefined, 4), undefined],
])('judges a trial in which %s', (_, alone, split, confirmed) => {
  const { add, disabled, policy } = route(() => split);
  const spy = vi.spyOn(policy, 'confirmed');
  const [, , , trial] = alone.map((id) => add(id));
  trial!.judge(frame(0));
  expect(spy.mock.calls).toEqual(confirmed === undefined ? [] : [confirmed]);
  expect(disabled).not.toHaveBeenCalled();
});

test.each<[string, Split, string]>([
  ['an answer differs', parts(1, 2, 3, 5), 'a request has got another answer in a batch than alone'],
  [
    'the result has no part for each',
    { kind: 'indivisible', reason: 'its length is wrong' },
    'its length is wrong',
  ],
])('never batches the route if %s', (_, split, reason) => {
  const { add, disabled, policy } = route(() => split);
  const [, , , trial] = [1, 2, 3, 4].map((id) => add(id));
  trial!.judge(frame(0));
  expect(disabled).toHaveBeenCalledExactlyOnceWith(reason);
  expect(policy.onTrial).toBe(false);
});

test('never batches a route whose trials fail three times', () => {
  const { add, disabled } = route(() => ({ kind: 'failed', reason: 'it uses req' }));
  for (let i = 1; i <= 12; i++) add(i)?.judge(frame(0));
  expect(disabled).toHaveBeenCalledExactlyOnceWith('it uses req');
});
