/**
 * npm run test:kubernetes: the manifests with the real kubectl and helm, and against the schemas of Kubernetes; the
 * commands with the real kubectl.
 */
import { packagesToRun } from './setup/r-packages.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';
import { runVitestWith } from './testing/cran-library.mjs';
import { kubernetesTools } from './testing/kubernetes-tools.mjs';

await runScript(async () => {
  await setUp({ rPackages: packagesToRun, again: 'npm run test:kubernetes' });
  const tools = kubernetesTools();
  if ('absent' in tools) console.log(`Skipped: kubectl and helm are not to be had (${tools.absent}).`);
  else runVitestWith(['test/kubernetes/tools'], { PENSTOCK_TEST_KUBERNETES: tools.folder });
});
