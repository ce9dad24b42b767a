/** npm run build: compiles src/ to dist/ when it has changed. */
import { setUpDist } from './setup/dist.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(() => setUpDist(root));
