import { expect, test } from 'vitest';
import { corpusOf } from './corpus.js';
import { tried } from './fuzz.js';
import { targets } from './targets.js';

test.each(targets)('every input that fuzzing has kept is handled as it should be: $name', async (target) => {
  for (const input of corpusOf(target)) {
    const error = await tried(target, input);
    expect(error, JSON.stringify(input.toString('latin1'))).toBeUndefined();
  }
});
