import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commands, DispatcherModel } from './dispatcher-model.js';

/** Repeat a failure with the seed and the path that fast-check reports: { seed, path: '...' }. */
const RUNS = { seed: 20261129, numRuns: 500 };

test(`no request is lost, settled twice or run twice, whatever happens in whatever order (seed ${RUNS.seed})`, () => {
  fc.assert(
    fc.property(commands, (steps) => {
      const model = new DispatcherModel();
      for (const step of steps) model.run(step);
      model.end();
      for (const { cancelled, outcomes } of model.entries) expect(outcomes.length).toBe(cancelled ? 0 : 1);
    }),
    RUNS,
  );
});
