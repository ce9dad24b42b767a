/** npm run setup: installs everything needed to develop and test Penstock. */
import { setUpBrowser } from './setup/browser.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  await setUp({ rPackages: packagesToTest, again: 'npm run setup' });
  await setUpBrowser();
});
