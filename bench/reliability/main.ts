/** npm run reliability: what clients that leave, and more load than can be borne, do to a running Penstock. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { leavingClients } from './leaving-clients.js';
import { overload } from './overload.js';
import type { Service } from './service.js';

const workers = 2;
const queueLimit = 64;

/** Serves the app while `use` does something with it. */
async function served<T>(flags: readonly string[], use: (service: Service) => Promise<T>): Promise<T> {
  const root = resolve(import.meta.dirname, '../..');
  const args = [
    ...[
      join(root, 'dist/cli.js'),
      'serve',
      join(import.meta.dirname, 'app.R'),
      '--port',
      '0',
      '--admin-port',
    ],
    ...['0', '--workers', String(workers), '--log-format', 'json', '--reserved-workers', '0', ...flags],
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const addresses = new Promise<Service>((found, failed) => {
      const lines = createInterface({ input: child.stdout! });
      lines.on('line', (line) => {
        if (!line.includes('"event":"listening"')) return;
        const { adminUrl, url } = JSON.parse(line) as { url: string; adminUrl: string };
        found({ url, adminUrl, pid: child.pid! });
      });
      lines.once('close', () => failed(new Error('Penstock ended before it served')));
    });
    return await use(await addresses);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function report(promise: string, kept: boolean, figures: string): void {
  console.log(`${kept ? 'kept' : 'BROKEN'}  ${promise}\n        ${figures}`);
  if (!kept) process.exitCode = 1;
}

const round = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

const left = await served(['--queue-limit', '600'], (service) => leavingClients(service, 500));
report(
  '500 clients that leave in the middle of a 5 s handler: all workers are free again within a second',
  left.freeAfter < 1000,
  `free after ${round(left.freeAfter)} ms`,
);

const plan = { workers, queueLimit, serviceTime: 0.02, seconds: 30, times: 5 };
const over = await served(['--queue-limit', String(queueLimit)], (service) => overload(service, plan));
const [early, late] = over.memory;
report(
  'overload at 5 times capacity for 30 s: what is accepted keeps its latency',
  over.loaded < over.bound && over.others === 0,
  `${over.accepted} accepted: p99 ${round(over.loaded)} ms (calm ${round(over.calm)} ms, bound ${round(over.bound)} ms)`,
);
report(
  'the rest get 503 in under 5 ms at the 99th percentile',
  over.refusal < 5,
  `${over.refused} refused: p99 ${round(over.refusal)} ms, load generator included`,
);
report(
  'memory is flat',
  late < early * 1.2,
  `gateway ${round(early)} MB after 3 s, ${round(late)} MB after 30 s`,
);
