import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Child } from '../child.js';
import type { Contender, Target } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask } from '../question.js';

/** Where `npm run bench:contenders` installs them. */
const library = resolve('.penstock', 'r-contenders');

const rscript = process.env.PENSTOCK_RSCRIPT ?? 'Rscript';

interface OtherServer {
  readonly name: string;
  /** In `bench/contenders/others/`. */
  readonly script: string;
  /** The apps that it can serve. */
  readonly apps: readonly string[];
}

/** Another R server. It serves its own form of the app, so it takes part only where there is one. */
function otherServer(key: string, servers: readonly OtherServer[]): Contender {
  return {
    key,
    runsR: true,
    missing: () =>
      existsSync(join(library, key)) ? undefined : `${key} is not installed: npm run bench:contenders`,
    async start({ folder, other, probe }) {
      const targets: Target[] = [];
      for (const { apps, name, script } of servers) {
        if (other === undefined || !apps.includes(other)) continue;
        const port = await freePort();
        const file = join('bench', 'contenders', 'others', script);
        const child = new Child(name, rscript, () => [file, other, folder(), String(port)], {
          R_LIBS: library,
        });
        const origin = `http://127.0.0.1:${port}`;
        await child.until(() => ask(origin, probe));
        targets.push({ name, origin, keepAlive: true });
      }
      return targets;
    },
  };
}

export const drogonR = otherServer('drogonR', [
  { name: 'drogonR, its own API', script: 'drogonR.R', apps: ['echo', 'cors', 'prediction'] },
  { name: 'drogonR, the plumber file', script: 'drogonR-shim.R', apps: ['echo', 'prediction'] },
]);

export const restRserve = otherServer('RestRserve', [
  { name: 'RestRserve', script: 'RestRserve.R', apps: ['echo', 'cors', 'prediction'] },
]);
