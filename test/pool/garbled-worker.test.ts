import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const rscript = resolve(import.meta.dirname, '../fixtures/programs/garbling-rscript.mjs');
const folder = mkdtempSync(join(tmpdir(), 'penstock-garbled-'));
const garblingSwitch = join(folder, 'on');
const ROUNDS = sized(3, 6);
/** The worker garbles at random: so many rounds are certain to lose one of its connections. */
const MAX_ROUNDS = 40;
/** Far above what the gateway needs, and far below the lengths that the worker announces. */
const MAX_GATEWAY_MEMORY_BYTES = 500e6;

let app: ServedApp;

/** The peak memory of the process in bytes. */
function peakMemory(pid: number): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}

beforeAll(async () => {
  const flags = ['--rscript', rscript, '--timeout', '3s', '--interrupt-grace', '500ms'];
  app = await serve(fixtureApp('work.R'), { workers: 2, flags, env: { GARBLE: folder } });
  writeFileSync(garblingSwitch, '');
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

test('a worker that sends invalid data fails requests, never the gateway, and is replaced', async () => {
  const statuses = new Set<number>();
  const both = () => statuses.has(200) && statuses.has(502);
  for (let round = 0; round < ROUNDS || (!both() && round < MAX_ROUNDS); round++) {
    const answers = await Promise.all([
      fetch(`${app.url}/echo?msg=${round}`),
      fetch(`${app.url}/pid`),
      fetch(`${app.url}/nowhere`),
    ]);
    for (const answer of answers) {
      statuses.add(answer.status);
      await answer.arrayBuffer().catch(() => {}); // the length may be wrong
    }
  }
  expect(statuses).toContain(200);
  expect(statuses).toContain(502);
  expect(isRunning(app.pid)).toBe(true);
  expect((await fetch(`${app.adminUrl}/livez`)).status).toBe(200);
  expect(app.entries('worker-exit').length).toBeGreaterThan(0);
  expect(peakMemory(app.pid)).toBeLessThan(MAX_GATEWAY_MEMORY_BYTES);

  rmSync(garblingSwitch);
  const before = app.entries('worker-ready').length;
  const { workers: all } = await app.admin<{ workers: { pid?: number }[] }>('/status');
  const workers = all.filter((worker): worker is { pid: number } => worker.pid !== undefined);
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
  for (const { pid } of workers) await app.logged('worker-exit', (entry) => entry.pid === pid);
  await app.logged('worker-ready', undefined, { skip: before });
  const asked = async (): Promise<unknown> => (await fetch(`${app.url}/echo?msg=well`)).json();
  // A worker that was already starting may send invalid data again, and a busy machine may need time to start one.
  await expect.poll(asked, { timeout: 60_000 }).toMatchObject({ msg: 'well' });
}, 180_000);
