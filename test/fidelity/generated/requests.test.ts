import { expect, test } from 'vitest';
import { sampled, sized } from '../../support/sized.js';
import { compareRequests } from './compare-requests.js';
import type { Setting } from './endpoints.js';

/** `npm run property:requests` uses another seed in each run. */
const SEED = 20_240_203;

/**
 * Every API and all surroundings, but not every combination. Fewer requests where plumber is slowest. Starting the servers
 * of a setting takes as long as several hundred requests, so `npm test` has one setting for each API, and one of these in a
 * run.
 */
const settings: readonly (Setting & { count: number })[] = [
  { api: 'arguments', around: 'handlers', count: sized(120, 1500) },
  { api: 'requests', around: 'filters', count: sized(50, 600) },
  { api: 'answers', around: 'hooks', count: sized(60, 800) },
  ...sized<(Setting & { count: number })[]>(
    [],
    [
      { api: 'arguments', around: 'nothing', count: 1600 },
      { api: 'requests', around: 'mount', count: 500 },
    ],
  ),
];

test.each(sampled(settings, 3))(
  'both lanes answer generated requests as plumber does (API: $api, surroundings: $around)',
  async ({ count, ...setting }) => {
    const { differences, direct } = await compareRequests(setting, SEED, count);
    expect(differences.join('\n\n')).toBe('');
    // With fewer requests in the direct lane, there would be little to compare.
    expect(direct).toBeGreaterThan(count / 2);
  },
  300_000,
);
