/** npm run reliability: checks the time limits that Penstock promises for disconnects, overload and `penstock dev`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { herd, herdWithoutWorkers } from './herd.js';
import { leavingClients } from './leaving-clients.js';
import { overload } from './overload.js';
import { saves } from './saves.js';
import { quantile, type Service } from './service.js';

const root = resolve(import.meta.dirname, '../..');
const workers = 2;
const queueLimit = 64;

/** Runs a command of Penstock until `use` has finished. */
async function running<T>(
  command: readonly [name: 'serve' | 'dev', app: string, ...flags: string[]],
  use: (service: Service) => Promise<T>,
): Promise<T> {
  const args = [...commandLine(), ...command, '--port', '0', '--admin-port', '0'];
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
      lines.once('close', () => failed(new Error('Penstock exited during startup')));
    });
    return await use(await addresses);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** Serves the app of this folder. */
function served<T>(flags: readonly string[], use: (service: Service) => Promise<T>): Promise<T> {
  const app = join(import.meta.dirname, 'app.R');
  return running(['serve', app, '--workers', String(workers), '--reserved-workers', '0', ...flags], use);
}

function report(promise: string, passed: boolean, figures: string): void {
  console.log(`${passed ? 'pass' : 'FAIL'}  ${promise}\n      ${figures}`);
  if (!passed) process.exitCode = 1;
}

const round = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

const left = await served(['--queue-limit', '600'], (service) => leavingClients(service, 500));
report(
  'when 500 clients disconnect during a handler of 5 s, all workers are idle within a second',
  left.freeAfter < 1000,
  `idle after ${round(left.freeAfter)} ms`,
);

for (const [when, meet] of [
  ['a server that has just started', herd],
  ['a server whose workers have all just died', herdWithoutWorkers],
] as const) {
  const { failed, good, goodMs, rejected } = await served([], meet);
  report(
    `2,000 connections that open at the same time to ${when}: all are answered`,
    failed === 0 && rejected === 0 && good > 2000,
    `${good} answers, ${rejected} rejected, ${failed} failed; median ${round(goodMs.median)} ms, slowest ${round(goodMs.max)} ms`,
  );
}

const plan = { workers, queueLimit, serviceTime: 0.02, seconds: 90, times: 5 };
const over = await served(['--queue-limit', String(queueLimit)], (service) => overload(service, plan));
const [second, last] = over.memory;
// Uses the typical time for queued requests, because not all of them are as slow as the 99th percentile.
const bound = 2 * over.calm + (queueLimit / workers) * over.typical;
report(
  'at 5 times capacity for 90 s, accepted requests keep their latency',
  over.loaded < bound && over.others === 0,
  `${over.accepted} accepted: p99 ${round(over.loaded)} ms (without load ${round(over.calm)} ms, limit ${round(bound)} ms)`,
);
report(
  'rejected requests get 503 in less than 5 ms at the 99th percentile',
  over.rejection < 5,
  `${over.rejected} rejected: p99 ${round(over.rejection)} ms, including the load generator`,
);
report(
  'memory does not grow',
  last < second + 8,
  `gateway ${round(second)} MB in the second third of the time, ${round(last)} MB in the last third`,
);

const example = mkdtempSync(join(tmpdir(), 'penstock-example-'));
cpSync(join(root, 'examples/mtcars'), example, { recursive: true });
const took = await running(['dev', example], ({ url }) => saves(url, example, 15));
rmSync(example, { recursive: true });
report(
  'penstock dev serves a changed file of the example in less than a second',
  quantile(took, 0.5) < 1000,
  `${took.length} changes: median ${round(quantile(took, 0.5))} ms, maximum ${round(Math.max(...took))} ms`,
);
