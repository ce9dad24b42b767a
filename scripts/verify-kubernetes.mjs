// An end-to-end check on a real cluster; --help says more.
//
//   npm run verify:kubernetes -- --kubeconfig FILE --image REF
import { setUpNodeModules } from './setup/node-modules.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  await setUpNodeModules(root);
  // In this very process: one that waited for another would be gone at Ctrl-C, and the other clean up behind its back.
  const { register } = await import('tsx/esm/api');
  register();
  await import('./kubernetes/verify.js');
});
