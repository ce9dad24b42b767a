/** npm run build: bundles src/ into dist/ if it has changed. */
import { setUpDist } from './setup/dist.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(() => setUpDist(root));
