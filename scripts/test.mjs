/**
 * npm test: set-up, the checks, the tests of the R side, all other tests, and the image in a container. The container part
 * mostly waits, so it runs beside the others. The last line counts all tests.
 */
import { checks } from './checks.mjs';
import { setUpBrowser } from './setup/browser.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';
import { runContainerTests } from './testing/container-tests.mjs';
import { PartTimes } from './testing/part-times.mjs';
import { runChecks } from './testing/run-checks.mjs';
import { closingLine, sum } from './testing/tally.mjs';
import { runTestthat } from './testing/testthat.mjs';
import { runVitest } from './testing/vitest.mjs';

let total = { passed: 0, failed: 1, skipped: 0 };
const times = new PartTimes();

async function runInTurn() {
  const checked = await runChecks(checks, times);
  const testthat = await times.measure('Tests of the R side (testthat)', runTestthat);
  const vitest = await times.measure('Tests (vitest)', () => runVitest());
  return sum([checked, testthat, vitest]);
}

await runScript(async () => {
  await times.measure('Set-up', async () => {
    await setUp({ rPackages: packagesToTest, again: 'npm test' });
    await setUpBrowser();
  });
  await times.measure('All tests', async () => {
    total = sum(await Promise.all([runInTurn(), runContainerTests(times)]));
  });
  if (total.failed > 0) process.exitCode = 1;
});

console.log(`\n${times.table}\n\n${closingLine(total)}`);
