import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { Child, stopAllChildren } from '../child.js';
import { freePort } from '../free-port.js';

/**
 * npm run bench:preload: the memory, and the time until a new worker is ready, that forking saves. Memory is PSS, which
 * divides shared pages among their processes, so the sum is the memory really in use.
 */

const model = process.argv[2] ?? '200';
const trees = process.argv[3] ?? '0';

interface Status {
  readonly workers: { id: number; pid: number; state: string; journey: { at: number }[] }[];
}

interface Run {
  readonly workers: number;
  readonly preload: 'on' | 'off';
}

const mb = (kb: number): number => Math.round(kb / 1024);

function pss(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)![1]);
}

/** All R processes of a gateway, including those that do not serve. */
function processes(gateway: number): number[] {
  const children = readFileSync(`/proc/${gateway}/task/${gateway}/children`, 'latin1').trim().split(' ');
  return children.filter(Boolean).flatMap((child) => {
    const pid = Number(child);
    const name = readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
    return [...(name === 'R' ? [pid] : []), ...processes(pid)];
  });
}

/** Keeps all workers busy. The handlers create enough objects for garbage collections. */
async function work(url: string, workers: number): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const paths = Array.from({ length: workers * 4 }, () => '/predict?n=2000');
    await Promise.all(paths.map(async (path) => (await fetch(url + path)).text()));
  }
}

async function measure({ preload, workers }: Run): Promise<void> {
  const port = await freePort();
  const adminPort = await freePort();
  process.env.MODEL_MB = model;
  process.env.MODEL_TREES = trees;
  const child = new Child('Penstock', process.execPath, () => [
    ...[...commandLine(), 'serve', join(import.meta.dirname, 'plumber.R'), '--preload', preload],
    ...['--port', String(port), '--admin-port', String(adminPort), '--workers', String(workers)],
    ...['--log-format', 'json', '--no-access-log'],
  ]);
  const admin = `http://127.0.0.1:${adminPort}/status`;
  const status = async (): Promise<Status> => (await fetch(admin)).json() as Promise<Status>;
  await child.until(async () => {
    const all = (await status()).workers;
    if (all.length < workers || all.some(({ state }) => state !== 'idle'))
      throw new Error('not all workers are ready');
  }, 300_000);
  const url = `http://127.0.0.1:${port}`;
  const sizes = (): number => mb(processes(child.pid).reduce((sum, pid) => sum + pss(pid), 0));

  const idle = sizes();
  await work(url, workers);
  const busy = sizes();
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    const before = (await status()).workers;
    process.kill(before[0]!.pid, 'SIGKILL');
    const known = new Set(before.map(({ id }) => id));
    await child.until(async () => {
      const fresh = (await status()).workers.find(({ id, state }) => !known.has(id) && state === 'idle');
      if (fresh === undefined) throw new Error('the new worker is not ready');
      times.push(fresh.journey.at(-1)!.at);
    });
  }
  times.sort((a, b) => a - b);
  const label = preload === 'on' ? 'forked' : 'spawned';
  console.log(
    `${workers} ${label}: ${idle} MB when ready, ${busy} MB after requests; new worker ready after ${times[4]} ms (${times[0]} to ${times[8]})`,
  );
  await child.stop();
}

try {
  console.log(`Model with ${model} MB of numbers and ${trees} small objects; PSS of all R processes`);
  await measure({ workers: 1, preload: 'off' });
  await measure({ workers: 8, preload: 'on' });
  await measure({ workers: 8, preload: 'off' });
} finally {
  await stopAllChildren();
}
