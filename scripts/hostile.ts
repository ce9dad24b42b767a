/**
 * Hostile requests in any number, then clients that fill the gateway, against 1,024 files and a heap of 400 MB:
 * `npm run hostile -- [--count N] [--connections N] [--seed N] [--tls]`. Each connection has a seed of its own, which a
 * fault names; `--seed SEED --count 1` sends that one again.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { http2Risk } from '../src/http/http2-safety.js';
import { attack, holdings } from '../test/security/hostile/attack.js';
import { tlsFlags } from '../test/security/hostile/connect.js';
import { serveHostileApp } from '../test/security/hostile/hostile-app.js';
import { besiege, besiegeByHttp2 } from '../test/security/hostile/siege.js';
import type { ServedApp } from '../test/support/server.js';

const ROUND = 5000;
/** MB that the gateway may have grown by since its first round, which warms it up. */
const MOST_GROWTH = 100;
/** Lines of the log that are shown before a worker's end. */
const LAST_WORDS = 20;

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    connections: { type: 'string' },
    seed: { type: 'string' },
    tls: { type: 'boolean' },
  },
});
const count = Number(values.count ?? 200_000);
/** Connections of each kind of siege, of which there are five. */
const connections = Number(values.connections ?? 2000);
const seed = Number(values.seed ?? randomInt(2 ** 30));
// The certificate is signed by nobody whom this machine knows.
if (values.tls === true) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
/** What a small container has. The responses and bodies that may be held are outside the heap. */
const app = await serveHostileApp({
  files: 1024,
  env: { NODE_OPTIONS: '--max-old-space-size=400' },
  flags: [
    ...(values.tls === true ? tlsFlags : []),
    '--response-memory',
    '200mb',
    '--body-memory',
    '200mb',
    '--timeout',
    '10s',
    '--shutdown-timeout',
    '5s',
  ],
});
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
  const workers = await pids();
  if (workers !== before) {
    faults.push(`workers were lost: ${before}, then ${workers}:`, ...lastWords(app));
  }
  const answers = Object.entries(statuses).map(([status, times]) => `${status} ${times} times`);
  console.log(`answers: ${answers.join(', ')}; ${seen} requests came to R, ${forbidden} that should not`);
  faults.push(...(await besiege(app, connections)));
  const after = holdings(app);
  console.log(
    `${5 * connections} connections that fill the gateway: ${after.memory} MB, ${after.files} files`,
  );
  if (after.files > first.files + 20) faults.push(`files stay open: ${after.files}`);
} finally {
  const { code } = await app.stop();
  if (code !== 0) faults.push(`it ended with ${code}`);
}
const risk = http2Risk();
if (risk === undefined) faults.push(...(await besiegeByHttp2(connections)));
else console.log(`No attack by HTTP/2: ${risk}.`);
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'Nothing broke.' : `${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
