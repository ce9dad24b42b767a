import { expect, test } from 'vitest';
import { corpus } from '../support/corpus.js';
import { corpusLanes, LEAST_DIRECT, meanDirect } from '../support/corpus-lanes.js';
import { sized } from '../support/sized.js';

/** The first of each shape, and for `npm test` of every other shape; `npm run lanes` looks at all APIs. */
const apps = corpus
  .filter(({ shape }, i) => corpus[i - 1]?.shape !== shape)
  .filter((_, i) => i % sized(2, 1) === 0);

test('of an average API as people write them at least 85 % of the endpoints take the direct lane', async () => {
  const lanes = await corpusLanes(apps);
  expect(lanes).toHaveLength(sized(5, 10));
  expect(meanDirect(lanes)).toBeGreaterThanOrEqual(LEAST_DIRECT);
  for (const { direct, endpoints, reasons } of lanes) {
    expect(direct < endpoints).toBe(reasons.length > 0);
  }
}, 300_000);
