/** npm run reliability: the promises about time. What clients that leave, and more load than can be borne, do; and dev. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { leavingClients } from './leaving-clients.js';
import { overload } from './overload.js';
import { saves } from './saves.js';
import { quantile, type Service } from './service.js';

const root = resolve(import.meta.dirname, '../..');
const workers = 2;
const queueLimit = 64;

/** Runs a command of Penstock on an app while `use` does something with it. */
async function running<T>(
  command: readonly [name: 'serve' | 'dev', app: string, ...flags: string[]],
  use: (service: Service) => Promise<T>,
): Promise<T> {
  const args = [join(root, 'dist/cli.js'), ...command, '--port', '0', '--admin-port', '0'];
  const child = spawn(process.execPath, [...args, '--log-format', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

/** Serves the app that only waits. */
function served<T>(flags: readonly string[], use: (service: Service) => Promise<T>): Promise<T> {
  const app = join(import.meta.dirname, 'app.R');
  return running(['serve', app, '--workers', String(workers), '--reserved-workers', '0', ...flags], use);
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

const plan = { workers, queueLimit, serviceTime: 0.02, seconds: 90, times: 5 };
const over = await served(['--queue-limit', String(queueLimit)], (service) => overload(service, plan));
const [second, last] = over.memory;
// The queue's part by what requests take as a rule: not all that wait are the slowest of a hundred.
const bound = 2 * over.calm + (queueLimit / workers) * over.typical;
report(
  'overload at 5 times capacity for 90 s: what is accepted keeps its latency',
  over.loaded < bound && over.others === 0,
  `${over.accepted} accepted: p99 ${round(over.loaded)} ms (calm ${round(over.calm)} ms, bound ${round(bound)} ms)`,
);
report(
  'the rest get 503 in under 5 ms at the 99th percentile',
  over.refusal < 5,
  `${over.refused} refused: p99 ${round(over.refusal)} ms, load generator included`,
);
report(
  'memory is flat',
  last < second + 8,
  `gateway ${round(second)} MB in the second third of the time, ${round(last)} MB in the last`,
);

const example = mkdtempSync(join(tmpdir(), 'penstock-example-'));
cpSync(join(root, 'examples/mtcars'), example, { recursive: true });
const took = await running(['dev', example], ({ url }) => saves(url, example, 15));
rmSync(example, { recursive: true });
report(
  'penstock dev serves a change of the example in under a second',
  quantile(took, 0.5) < 1000,
  `${took.length} changes: median ${round(quantile(took, 0.5))} ms, longest ${round(Math.max(...took))} ms`,
);
