// Loads the Grafana dashboard's queries and the alert rules in the real Prometheus, which scrapes a running Penstock.
//
//   node scripts/test-prometheus.mjs [arguments of vitest]
import { installFromApt } from './setup/apt.mjs';
import { answerOf } from './setup/command.mjs';
import { runScript } from './setup/setup-error.mjs';
import { thisSystem } from './setup/system.mjs';
import { runVitestWith } from './testing/cran-library.mjs';

const found = () => answerOf(['promtool', '--version']) !== undefined;

await runScript(async () => {
  const { asRoot, family } = thisSystem();
  if (!found() && family === 'debian' && asRoot !== undefined) {
    await installFromApt(asRoot, ['prometheus'], 'Installing Prometheus');
  }
  if (found())
    runVitestWith(['test/monitoring', ...process.argv.slice(2)], { PENSTOCK_TEST_PROMETHEUS: '1' });
  else console.log('Skipped: Prometheus is not to be had on this machine.');
});
