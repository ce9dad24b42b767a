/**
 * npm test: set-up, then the tests, and beside them, one after the other, the image in a container, the checks, and the tests of
 * the R side. The last line counts all tests.
 */
import { checks } from './checks.mjs';
import { setUpBrowser } from './setup/browser.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';
import { runContainerTests } from './testing/container-tests.mjs';
import { PartTimes } from './testing/part-times.mjs';
import { runChecks } from './testing/run-checks.mjs';
import { closingLines, sum } from './testing/tally.mjs';
import { runTestthat } from './testing/testthat.mjs';
import { runVitest } from './testing/vitest.mjs';

let total = { passed: 0, failed: 1, skipped: 0 };
const times = new PartTimes();

await runScript(async () => {
  await times.measure('Set-up', async () => {
    await setUp({ rPackages: packagesToTest, again: 'npm test' });
    await setUpBrowser();
  });
  await times.measure('All tests', async () => {
    const others = async () => [
      await runContainerTests(times),
      await runChecks(checks, times, 1),
      await times.measure('Tests of the R side (testthat)', runTestthat),
    ];
    const both = await Promise.all([others(), times.measure('Tests (vitest)', () => runVitest())]);
    total = sum(both.flat());
  });
  if (total.failed > 0) process.exitCode = 1;
});

console.log(`\n${times.table}\n\n${closingLines(total)}`);
