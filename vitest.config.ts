import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.js';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: [
      // They need packages that set-up does not install: npm run test:cran-models does.
      ...(process.env.PENSTOCK_TEST_CRAN ? [] : ['test/models/cran/**']),
      // They need packages of CRAN: npm run test:frameworks.
      ...(process.env.PENSTOCK_TEST_FRAMEWORKS ? [] : ['test/fidelity/frameworks/**']),
      // They need podman and two images: npm run test:containers makes them.
      ...(process.env.PENSTOCK_TEST_CONTAINERS ? [] : ['test/container/**']),
      // They need kubectl and helm: npm run test:kubernetes brings them.
      ...(process.env.PENSTOCK_TEST_KUBERNETES ? [] : ['test/kubernetes/tools/**']),
      // They need Prometheus: npm run test:prometheus brings it.
      ...(process.env.PENSTOCK_TEST_PROMETHEUS ? [] : ['test/monitoring/prometheus.test.ts']),
      // They take minutes: npm run test:long, npm run test:models.
      ...(process.env.PENSTOCK_TEST_LONG ? [] : ['test/**/long/**']),
      // It takes half an hour: npm run soak.
      ...(process.env.PENSTOCK_SOAK_MINUTES ? [] : ['test/chaos/soak.test.ts']),
    ],
    globalSetup: ['test/support/build.ts', 'test/support/temporary-folder.ts'],
    // Servers under test allocate large pages, where the system has them: R starts in an eighth less CPU time. It is not for
    // production, because batches take up to a tenth longer.
    env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' },
    setupFiles: ['test/support/leave-nothing.ts'],
    // A process for each file would cost half a second per file.
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    // Longer than the waits inside of tests, which say what they have waited for.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // What is polled for is certain to come.
    expect: { poll: { timeout: 30_000 } },
  },
});
