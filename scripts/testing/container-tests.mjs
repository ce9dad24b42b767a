import { prepareContainers } from './containers.mjs';
import { runVitest } from './vitest.mjs';

/**
 * Builds the example's image and runs it. One test is skipped, with the reason, where containers can't run.
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runContainerTests() {
  const prepared = await prepareContainers();
  if ('reason' in prepared) {
    console.log(`Container tests skipped: ${prepared.reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  return runVitest({ args: ['test/container'], env: { ...prepared.env, PENSTOCK_TEST_CONTAINERS: '1' } });
}
