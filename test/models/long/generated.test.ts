import { describe } from 'vitest';
import { predictsExactly } from '../exact.js';

/** Another start for each run: PENSTOCK_SEED repeats one. */
const first = Number(process.env.PENSTOCK_SEED ?? Math.floor(Math.random() * 1e6));

describe.each([0, 1, 2, 3])('generated models, part %i', (part) => {
  predictsExactly([], { seed: first + part, count: 220 });
});
