import { expect, test } from 'vitest';
import { corpusLanes, meanDirect } from '../support/corpus-lanes.js';

test('of an average API as people write them at least 85 % of the endpoints take the direct lane', async () => {
  const lanes = await corpusLanes();
  expect(lanes.length).toBeGreaterThanOrEqual(20);
  expect(meanDirect(lanes)).toBeGreaterThanOrEqual(0.85);
  for (const { direct, endpoints, reasons } of lanes) {
    expect(direct < endpoints).toBe(reasons.length > 0);
  }
}, 300_000);
