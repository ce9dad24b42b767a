/** npm run test:containers: the example's image, built by podman and run as in production. */
import { packagesToRun } from './setup/r-packages.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';
import { runContainerTests } from './testing/container-tests.mjs';
import { closingLines } from './testing/tally.mjs';

await runScript(async () => {
  await setUp({ rPackages: packagesToRun, again: 'npm run test:containers' });
  const tally = await runContainerTests();
  if (tally.failed > 0) process.exitCode = 1;
  console.log(`\n${closingLines(tally)}`);
});
