import { expect, test } from 'vitest';
import { compareRequests } from './compare-requests.js';
import type { Setting } from './endpoints.js';

/** For each setting; another seed asks other questions, as does `npm run property:requests`. */
const COUNT = 1010;
const SEED = 20_240_203;

/** Every API and all surroundings, but not each with each. */
const settings: readonly Setting[] = [
  { api: 'arguments', around: 'nothing' },
  { api: 'requests', around: 'filters' },
  { api: 'answers', around: 'hooks' },
  { api: 'arguments', around: 'handlers' },
  { api: 'requests', around: 'mount' },
];

test.each(settings)(
  'whatever is asked, both lanes answer as plumber does ($api, around them $around)',
  async (setting) => {
    const { differences, direct } = await compareRequests(setting, SEED, COUNT);
    expect(differences.join('\n\n')).toBe('');
    // Else there would be little to compare.
    expect(direct).toBeGreaterThan(COUNT / 2);
  },
  300_000,
);
