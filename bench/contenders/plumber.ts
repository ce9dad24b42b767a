import { join } from 'node:path';
import { Child } from '../child.js';
import type { App, Contender } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask } from '../question.js';

const rscript = process.env.PENSTOCK_RSCRIPT ?? 'Rscript';

/** Starts one plumber process and returns its port. */
export async function startPlumber({ folder, probe }: App): Promise<number> {
  const port = await freePort();
  const script = join('bench', 'contenders', 'plumber.R');
  const child = new Child('plumber', rscript, () => [script, join(folder(), 'plumber.R'), String(port)]);
  await child.until(() => ask(`http://127.0.0.1:${port}`, probe));
  return port;
}

/** plumber itself, with one R process. */
export const plumber: Contender = {
  key: 'plumber',
  runsR: true,
  async start(app) {
    const origin = `http://127.0.0.1:${await startPlumber(app)}`;
    return [
      { name: 'plumber, keep-alive', origin, keepAlive: true },
      { name: 'plumber, no keep-alive', origin, keepAlive: false },
    ];
  },
};
