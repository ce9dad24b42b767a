// Mixed load for half an hour, during which no resource may grow. Also checks that it detects an app with a leak.
//
//   npm run soak [-- --minutes 30]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { packagesToRun } from './setup/r-packages.mjs';
import { root } from './setup/root.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
  await setUp({ rPackages: packagesToRun, again: 'npm run soak' });
  const env = { ...process.env, PENSTOCK_TEST_LONG: '1', PENSTOCK_SOAK_MINUTES: values.minutes };
  const words = ['node_modules/vitest/vitest.mjs', 'run', 'test/chaos/soak.test.ts'];
  process.exitCode = spawnSync(process.execPath, words, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
});
