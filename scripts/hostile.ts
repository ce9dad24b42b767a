/**
 * Hostile requests in any number: `npm run hostile -- [--count N] [--seed N]`. Each connection has a seed of its own, which a
 * fault names; `--seed SEED --count 1` sends that one again.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { attack, holdings } from '../test/security/hostile/attack.js';
import { serveHostileApp } from '../test/security/hostile/hostile-app.js';
import type { ServedApp } from '../test/support/server.js';

const ROUND = 5000;
/** MB that the gateway may have grown by since its first round, which warms it up. */
const MOST_GROWTH = 100;
/** Lines of the log that are shown before a worker's end. */
const LAST_WORDS = 20;

const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
const count = Number(values.count ?? 50_000);
const seed = Number(values.seed ?? randomInt(2 ** 30));
const app = await serveHostileApp();
const faults: string[] = [];
const statuses: Record<string, number> = {};

interface Status {
  readonly restarts: number;
  readonly workers: { pid: number }[];
}

const pids = async (): Promise<string> => {
  const { restarts, workers } = await app.admin<Status>('/status');
  return `${restarts} restarts, workers ${workers.map(({ pid }) => pid).join(' ')}`;
};

/** What the log says of workers that ended, and of what they did just before. */
function lastWords(server: ServedApp): string[] {
  const events = ['interrupted', 'output', 'worker-exit'].flatMap((event) => server.entries(event));
  events.sort((a, b) => String(a.time).localeCompare(String(b.time)));
  return events
    .filter((_, i) => events.slice(i, i + LAST_WORDS).some(({ event }) => event === 'worker-exit'))
    .map((entry) => JSON.stringify(entry).slice(0, 500));
}

try {
  const before = await pids();
  let first = holdings(app);
  console.log(`${count} hostile connections from seed ${seed}; ${first.memory} MB, ${first.files} files`);
  for (let done = 0; done < count && faults.length === 0; done += ROUND) {
    const toll = await attack(app, seed + done, Math.min(ROUND, count - done));
    faults.push(...toll.faults);
    for (const [status, times] of Object.entries(toll.statuses)) {
      statuses[status] = (statuses[status] ?? 0) + times;
    }
    const held = holdings(app);
    if (done === 0) first = held;
    console.log(`${Math.min(count, done + ROUND)}: ${held.memory} MB, ${held.files} files`);
    if (held.memory > first.memory + MOST_GROWTH) faults.push(`memory grows: ${held.memory} MB`);
    if (held.files > first.files + 20) faults.push(`files stay open: ${held.files}`);
  }
  const { forbidden, seen } = (await (await fetch(`${app.url}/seen`)).json()) as Record<string, number>;
  if (forbidden !== 0) faults.push(`${forbidden} requests came to R that should not have`);
  const after = await pids();
  if (after !== before) {
    faults.push(`workers were lost: ${before}, then ${after}:`, ...lastWords(app));
  }
  const answers = Object.entries(statuses).map(([status, times]) => `${status} ${times} times`);
  console.log(`answers: ${answers.join(', ')}; ${seen} requests came to R, ${forbidden} that should not`);
} finally {
  await app.stop();
}
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'Nothing broke.' : `${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
