import type { Batchable, Split } from '../../src/dispatch/batch.js';
import type { BatchPolicy } from '../../src/dispatch/batch-policy.js';
import { FrameType } from '../../src/protocol/frame.js';
import { SPLITS } from './dispatcher-commands.js';

/** A batchable job whose part of the result is its own name. */
export function batchable(key: string, items: number, policy: BatchPolicy, name: string): Batchable {
  const own: Batchable & { name: string } = {
    key,
    items,
    policy,
    name,
    merge: (jobs) => {
      const names = (jobs as (typeof own)[]).map((job) => job.name);
      return {
        type: FrameType.call,
        payload: [Buffer.from(names.join())],
        split: ({ id }) => split(SPLITS[id]!, names),
      };
    },
    succeeded: () => true,
    isSame: () => true,
  };
  return own;
}

function split(how: (typeof SPLITS)[number], names: readonly string[]): Split {
  switch (how) {
    case 'parts':
      return { kind: 'parts', parts: names };
    case 'some':
      return { kind: 'parts', parts: names.map((name, i) => (i % 2 === 0 ? name : undefined)) };
    case 'throws':
      throw new Error('a value that cannot be read');
    case 'failed':
      return { kind: 'failed' };
    case 'indivisible':
      return { kind: 'indivisible', reason: 'its result has no part for each item' };
  }
}
