import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    // They need packages that set-up does not install: npm run test:cran-models does.
    exclude: process.env.PENSTOCK_TEST_CRAN ? [] : ['test/model/cran/**'],
    globalSetup: ['test/support/build.ts'],
    // Most tests start R processes: more files at once than cores only makes each of them late.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
