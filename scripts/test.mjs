/** npm test: set-up, the checks, the R side's tests, all other tests, the image in a container. The last line counts them. */
import { checks } from './checks.mjs';
import { setUpBrowser } from './setup/browser.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';
import { runContainerTests } from './testing/container-tests.mjs';
import { runChecks } from './testing/run-checks.mjs';
import { closingLine, sum } from './testing/tally.mjs';
import { runTestthat } from './testing/testthat.mjs';
import { runVitest } from './testing/vitest.mjs';

let total = { passed: 0, failed: 1, skipped: 0 };

await runScript(async () => {
  await setUp({ rPackages: packagesToTest, again: 'npm test' });
  await setUpBrowser();
  const tallies = [
    await runChecks(checks),
    await runTestthat(),
    await runVitest(),
    await runContainerTests(),
  ];
  total = sum(tallies);
  if (total.failed > 0) process.exitCode = 1;
});

console.log(`\n${closingLine(total)}`);
