import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-collection-'));
const collected = join(folder, 'collected');
let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('garbage.R'), {
    workers: 2,
    flags: ['--reserved-workers', '0'],
    env: { COLLECTED: collected },
  });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

const ask = async (path: string): Promise<number> => {
  const [pid] = (await (await fetch(app.url + path)).json()) as [number];
  return pid;
};

test('R runs a full garbage collection between requests while another worker answers', async () => {
  const first = await ask('/drop');
  for (let asked = 1; asked < 500; asked++) {
    expect(app.entries('output')).toEqual([]);
    expect(await ask('/pid')).toBe(first);
  }
  const { worker, requestId } = await app.printed('collects');
  expect([worker, requestId]).toEqual([1, undefined]);
  const others = new Set<number>();
  for (let asked = 0; asked < 10; asked++) others.add(await ask('/pid'));
  expect(others.size).toBe(1);
  expect(others).not.toContain(first);
  writeFileSync(collected, '');
  let again = 0;
  while (again !== first) again = await ask('/pid');
});
