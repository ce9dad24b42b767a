// An end-to-end check on a real cluster. See --help.
//
//   npm run verify:kubernetes -- --kubeconfig FILE --image REF
import { setUpNodeModules } from './setup/node-modules.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  await setUpNodeModules(root);
  // Not in a child process: Ctrl-C would end this one while the child is still cleaning up.
  const { register } = await import('tsx/esm/api');
  register();
  await import('./kubernetes/verify.js');
});
