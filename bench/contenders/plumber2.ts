import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Child } from '../child.js';
import type { Contender } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask } from '../question.js';
import { startPenstock } from './penstock.js';

/** Where `npm run bench:contenders` and `npm run test:frameworks` install it. */
const library = resolve('.penstock', 'r-httpuv');

const rscript = process.env.PENSTOCK_RSCRIPT ?? 'Rscript';

const others = join('bench', 'contenders', 'others');

/** An app in plumber2's own idiom, under plumber2 itself and under Penstock. */
export const plumber2: Contender = {
  key: 'plumber2',
  runsR: true,
  missing: () =>
    existsSync(join(library, 'plumber2')) ? undefined : 'plumber2 is not installed: npm run bench:contenders',
  async start({ folder, other, probe }, workers) {
    if (other === undefined) return [];
    const file = join(others, 'plumber2', `${other}.R`);
    const env = { R_LIBS: library, APP_FOLDER: resolve(folder()) };
    const port = await freePort();
    const child = new Child('plumber2', rscript, () => [join(others, 'plumber2.R'), file, String(port)], env);
    const origin = `http://127.0.0.1:${port}`;
    await child.until(() => ask(origin, probe));
    return [
      { name: 'plumber2', origin, keepAlive: true },
      await startPenstock('Penstock, the plumber2 file', file, { env, probe, workers }),
    ];
  },
};
