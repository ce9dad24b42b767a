// An end-to-end check on a real cluster; --help says more.
//
//   npm run verify:kubernetes -- --kubeconfig FILE --image REF
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setUpNodeModules } from './setup/node-modules.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  await setUpNodeModules(root);
  const words = ['--import', 'tsx', join(root, 'scripts/kubernetes/verify.ts'), ...process.argv.slice(2)];
  const { error, status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
});
