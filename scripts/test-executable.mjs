/** npm run test:executable: builds the executable and runs the fidelity tests with it. Arguments are passed to vitest. */
import { join } from 'node:path';
import { executableFor } from './release/release.mjs';
import { mustRun } from './setup/command.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { root } from './setup/root.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';
import { closingLines } from './testing/tally.mjs';
import { runVitest } from './testing/vitest.mjs';

await runScript(async () => {
  await setUp({ rPackages: packagesToTest, again: 'npm run test:executable' });
  await mustRun('The executable', [process.execPath, join(root, 'scripts', 'build-executable.mjs')]);
  const given = process.argv.slice(2);
  const tally = await runVitest({
    args: given.length > 0 ? given : ['test/fidelity'],
    env: { PENSTOCK_TEST_EXECUTABLE: executableFor(`${process.platform}-${process.arch}`) },
  });
  if (tally.failed > 0) process.exitCode = 1;
  console.log(`\n${closingLines(tally)}`);
});
