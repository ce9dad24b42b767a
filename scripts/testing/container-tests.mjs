import { prepareContainers } from './containers.mjs';
import { PartTimes } from './part-times.mjs';
import { runVitest } from './vitest.mjs';

/**
 * Builds the example's image and runs it. Where containers cannot run, one test counts as skipped, with the reason.
 * @param {PartTimes} [times]
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runContainerTests(times = new PartTimes()) {
  const prepared = await times.measure('Images for the container tests', prepareContainers);
  if ('reason' in prepared) {
    console.log(`Container tests skipped: ${prepared.reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const env = { ...prepared.env, PENSTOCK_TEST_CONTAINERS: '1' };
  return times.measure('Container tests', () =>
    runVitest({ args: ['test/container'], env, name: 'containers', atTheEnd: true }),
  );
}
