import { expect, test } from 'vitest';
import { corpus } from '../support/corpus.js';
import { corpusLanes, LEAST_DIRECT, meanDirect } from '../support/corpus-lanes.js';
import { sized } from '../support/sized.js';

/** The first API of each shape; for `npm test`, only of every other shape. `npm run lanes` examines all APIs. */
const apps = corpus
  .filter(({ shape }, i) => corpus[i - 1]?.shape !== shape)
  .filter((_, i) => i % sized(2, 1) === 0);

test('at least 85 % of the endpoints of an average API use the direct lane', async () => {
  const lanes = await corpusLanes(apps);
  expect(lanes).toHaveLength(sized(5, 10));
  expect(meanDirect(lanes)).toBeGreaterThanOrEqual(LEAST_DIRECT);
  for (const { direct, endpoints, reasons } of lanes) {
    expect(direct < endpoints).toBe(reasons.length > 0);
  }
}, 300_000);
