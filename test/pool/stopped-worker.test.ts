import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-stopped-'));
const ledger = join(folder, 'ledger');
let app: ServedApp;

interface Status {
  readonly running: number;
  readonly workers: { pid: number; state: string }[];
}

beforeAll(async () => {
  app = await serve(fixtureApp('chaos.R'), { workers: 1, env: { CHAOS_LEDGER: ledger } });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, id: string): Promise<Response> =>
  fetch(`${app.url}${path}?id=${id}`, { method: 'POST' });

const workers = async (): Promise<Status['workers']> => (await app.admin<Status>('/status')).workers;

const runs = (id: string): number =>
  readFileSync(ledger, 'utf8')
    .split('\n')
    .filter((line) => line === id).length;

test('runs a request once, even a POST, if its worker was suspended and killed before starting it', async () => {
  await ask('/write', 'before');
  const [worker] = await workers();
  process.kill(worker!.pid, 'SIGSTOP');
  const answer = ask('/write', 'unread');
  await expect.poll(() => app.admin<Status>('/status')).toMatchObject({ running: 1 });
  process.kill(worker!.pid, 'SIGKILL');
  expect((await answer).status).toBe(200);
  expect(runs('unread')).toBe(1);
});

test('replaces a suspended worker long before the deadline of its request, and does not rerun the request', async () => {
  const answer = fetch(`${app.url}/slow-write?id=begun&seconds=60`, { method: 'POST' });
  await expect.poll(() => runs('begun')).toBe(1);
  const [worker] = await workers();
  process.kill(worker!.pid, 'SIGSTOP');
  const lost = await answer;
  expect(lost.status).toBe(502);
  expect(await lost.json()).toMatchObject({
    code: 'worker_lost',
    message: expect.stringContaining('was stopped by a signal'),
  });
  expect(await (await ask('/write', 'after')).text()).toBe('after');
  expect(runs('begun')).toBe(1);
});

test('replaces a suspended idle worker without delaying requests', async () => {
  const [worker] = await workers();
  process.kill(worker!.pid, 'SIGSTOP');
  expect(await (await ask('/write', 'meanwhile')).text()).toBe('meanwhile');
  expect(runs('meanwhile')).toBe(1);
  await expect
    .poll(workers)
    .toEqual([
      expect.objectContaining({ state: 'idle', pid: expect.not.toSatisfy((pid) => pid === worker!.pid) }),
    ]);
});
