import { expect, test } from 'vitest';
import { readProbe } from '../../scripts/setup/r.mjs';

const packages = ['plumber', 'randomForest'];

test('without Rscript everything is missing', () => {
  expect(readProbe(undefined, packages)).toMatchObject({ found: false, missing: packages });
});

test("what a user's .Rprofile prints does not confuse set-up", () => {
  const answer = 'Welcome back!\n@4.2.2\n@/usr/lib/R\n@TRUE\n@randomForest\n';
  expect(readProbe(answer, packages)).toEqual({
    found: true,
    prebuilt: true,
    writable: true,
    missing: ['randomForest'],
  });
});

test('an R older than 4.0 is not taken', () => {
  expect(readProbe('@3.6.3\n@/usr/lib/R\n@TRUE\n', packages).found).toBe(false);
});

test("an R outside of the system's place does not get the system's packages", () => {
  expect(readProbe('@4.4.1\n@/usr/local/lib/R\n@FALSE\n', packages)).toMatchObject({
    prebuilt: false,
    writable: false,
    missing: [],
  });
});
