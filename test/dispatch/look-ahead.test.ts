import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-brief-'));
const ledger = join(folder, 'ledger');
let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('brief.R'), { workers: 2, flags: ['--queue-limit', '1000'] });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function work(id: string, seconds = 0): Promise<{ id: string; pid: number }> {
  const query = new URLSearchParams({ id, seconds: String(seconds), ledger });
  const response = await fetch(`${app.url}/work?${query}`);
  expect(response.status).toBe(200);
  return response.json() as Promise<{ id: string; pid: number }>;
}

test('requests behind a brief handler that takes unusually long run on another worker, and none runs twice', async () => {
  const ids: string[] = [];
  const burst = (name: string, size: number): Promise<unknown>[] =>
    Array.from({ length: size }, (_, i) => {
      ids.push(`${name}-${i}`);
      return work(`${name}-${i}`);
    });
  await Promise.all(burst('first', 100));

  for (let round = 0; round < sized(1, 3); round++) {
    let waiting = true;
    const before = burst(`before-${round}`, 40);
    ids.push(`slow-${round}`);
    const slow = work(`slow-${round}`, 5).finally(() => {
      waiting = false;
    });
    await Promise.all([...before, ...burst(`after-${round}`, 60)]);
    expect(waiting).toBe(true);
    const { id } = await slow;
    expect(id).toBe(`slow-${round}`);
    // Until the route counts as brief again. More at once might be rejected: its last calls took half a second on average.
    for (const part of [1, 2, 3]) await Promise.all(burst(`again-${round}-${part}`, 50));
  }
  const ran = readFileSync(ledger, 'utf8').trimEnd().split('\n');
  expect(ran.toSorted()).toEqual(ids.toSorted());
}, 60_000);

test('a worker that dies while brief requests wait in its pipe loses only the one that it ran', async () => {
  await Promise.all(Array.from({ length: 100 }, (_, i) => work(`warm-${i}`)));
  const slow = fetch(`${app.url}/work?${new URLSearchParams({ id: 'doomed', seconds: '30', ledger })}`);
  const others = Array.from({ length: 60 }, (_, i) => work(`other-${i}`));
  await expect.poll(() => readFileSync(ledger, 'utf8'), { timeout: 10_000 }).toContain('doomed\n');
  const { workers } = await app.admin<{ workers: { pid: number; state: string }[] }>('/status');
  const idle = new Set((await Promise.all(others)).map(({ pid }) => pid));
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => work(`probe-${i}`)));
  const free = answers[0]!.pid;
  const stuck = workers.find(({ pid }) => pid !== free)!;
  expect(idle.has(free)).toBe(true);
  process.kill(stuck.pid, 'SIGKILL');
  expect((await slow).status).toBe(502);
  const ran = readFileSync(ledger, 'utf8').trimEnd().split('\n');
  for (let i = 0; i < 60; i++) expect(ran.filter((id) => id === `other-${i}`)).toHaveLength(1);
}, 60_000);
