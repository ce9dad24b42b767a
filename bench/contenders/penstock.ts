import { commandLine } from '../../scripts/setup/command-line.mjs';
import { Child } from '../child.js';
import type { Contender, Target } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask, type Question } from '../question.js';

interface PenstockOptions {
  readonly probe: Question;
  readonly workers: number;
  /** More flags of `penstock serve`. */
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts Penstock with its defaults, including a log line for each request. */
export async function startPenstock(
  name: string,
  app: string,
  { env = {}, flags = [], probe, workers }: PenstockOptions,
): Promise<Target> {
  const port = await freePort();
  const adminPort = await freePort();
  const args = [
    ...[...commandLine(), 'serve', app, '--host', '127.0.0.1'],
    ...['--port', String(port), '--admin-port', String(adminPort)],
    ...['--workers', String(workers), '--log-format', 'json'],
    ...flags,
  ];
  const child = new Child('Penstock', process.execPath, () => args, env);
  const origin = `http://127.0.0.1:${port}`;
  await child.until(() => ask(origin, probe));
  return { name: `${name}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, origin, keepAlive: true };
}

export const penstock: Contender = {
  key: 'penstock',
  runsR: true,
  async start({ folder, lane, model, probe }, workers) {
    const flags = lane === undefined ? [] : ['--lane', lane];
    return [await startPenstock('Penstock', model ?? folder(), { flags, probe, workers })];
  },
};
