import { expect, test } from 'vitest';
import { compareRequests } from './compare-requests.js';
import type { Setting } from './endpoints.js';

/** Another one asks other questions, as does `npm run property:requests`. */
const SEED = 20_240_203;

/** Every API and all surroundings, but not each with each; 5,000 in all, fewer where plumber takes longest. */
const settings: readonly (Setting & { count: number })[] = [
  { api: 'arguments', around: 'nothing', count: 1600 },
  { api: 'requests', around: 'filters', count: 600 },
  { api: 'answers', around: 'hooks', count: 800 },
  { api: 'arguments', around: 'handlers', count: 1500 },
  { api: 'requests', around: 'mount', count: 500 },
];

test.each(settings)(
  'whatever is asked, both lanes answer as plumber does ($api, around them $around)',
  async ({ count, ...setting }) => {
    const { differences, direct } = await compareRequests(setting, SEED, count);
    expect(differences.join('\n\n')).toBe('');
    // Else there would be little to compare.
    expect(direct).toBeGreaterThan(count / 2);
  },
  300_000,
);
