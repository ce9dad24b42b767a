import { expect, test } from 'vitest';
import { largestWorker } from '../../src/pool/largest-worker.js';

const workers = [
  { worker: 'small', memory: 100 },
  { worker: 'large', memory: 600 },
];

test('the largest worker ends before the container is full, and no other', () => {
  expect(largestWorker(workers, 960, 1000)?.worker).toBe('large');
  expect(largestWorker(workers, 900, 1000)).toBeUndefined();
});

test('no worker ends if the memory is elsewhere', () => {
  const small = workers.map(({ worker }) => ({ worker, memory: 100 }));
  expect(largestWorker(small, 990, 1000)).toBeUndefined();
  expect(largestWorker([], 990, 1000)).toBeUndefined();
});
