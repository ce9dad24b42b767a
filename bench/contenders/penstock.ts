import { commandLine } from '../../scripts/setup/command-line.mjs';
import { Child } from '../child.js';
import type { Contender } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask } from '../question.js';

/** Penstock with its defaults, including a log line for each request. */
export const penstock: Contender = {
  key: 'penstock',
  runsR: true,
  async start({ folder, lane, model, probe }, workers) {
    const port = await freePort();
    const adminPort = await freePort();
    const child = new Child('Penstock', process.execPath, () => [
      ...[...commandLine(), 'serve', model ?? folder(), '--host', '127.0.0.1'],
      ...['--port', String(port), '--admin-port', String(adminPort)],
      ...['--workers', String(workers), '--log-format', 'json'],
      ...(lane === undefined ? [] : ['--lane', lane]),
    ]);
    const origin = `http://127.0.0.1:${port}`;
    await child.until(() => ask(origin, probe));
    return [
      { name: `Penstock, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, origin, keepAlive: true },
    ];
  },
};
