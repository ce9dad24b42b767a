import { expect, test } from 'vitest';
import { readProbe } from '../../scripts/setup/r.mjs';

const packages = ['plumber', 'randomForest'];

test('without Rscript everything is missing', () => {
  expect(readProbe(undefined, packages)).toMatchObject({ found: false, missing: packages });
});

test("ignores what a user's .Rprofile prints", () => {
  const answer = 'Welcome back!\n@4.2.2\n@/usr/lib/R\n@TRUE\n@randomForest\n';
  expect(readProbe(answer, packages)).toEqual({
    found: true,
    prebuilt: true,
    writable: true,
    missing: ['randomForest'],
  });
});

test('rejects R older than 4.0', () => {
  expect(readProbe('@3.6.3\n@/usr/lib/R\n@TRUE\n', packages).found).toBe(false);
});

test("an R outside the system's folder does not get the prebuilt packages", () => {
  expect(readProbe('@4.4.1\n@/usr/local/lib/R\n@FALSE\n', packages)).toMatchObject({
    prebuilt: false,
    writable: false,
    missing: [],
  });
});
