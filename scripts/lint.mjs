/** npm run lint: all static checks. */
import { checks, rLint } from './checks.mjs';
import { setUpNodeModules } from './setup/node-modules.mjs';
import { setUpR } from './setup/r.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';
import { runChecks } from './testing/run-checks.mjs';

await runScript(async () => {
  await setUpNodeModules(root);
  await setUpR(packagesToTest, 'npm run lint');
  const { failed } = await runChecks([rLint, ...checks]);
  if (failed > 0) process.exitCode = 1;
});
