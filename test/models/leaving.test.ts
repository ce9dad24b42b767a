import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../support/raw-client.js';
import { type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-leaving-'));
const code =
  'saveRDS(ranger::ranger(mpg ~ wt, mtcars[rep(1:32, 4), ], num.trees = 500, num.threads = 1), "forest.rds")';
let app: ServedApp;

beforeAll(async () => {
  execFileSync('Rscript', ['--vanilla', '-e', code], { cwd: folder });
  app = await serve(join(folder, 'forest.rds'), { workers: 1 });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('disconnecting clients do not crash a worker, although ranger crashes R when it is interrupted', async () => {
  const row = '{"wt": 2.6}';
  const request = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: ${row.length}\r\n\r\n${row}`;
  for (let left = 0; left < sized(60, 300); left++) {
    const client = await RawClient.open(app.port);
    await client.send(request).end().closed;
    if (left % 3 > 0) continue; // several clients disconnect before one waits for its answer
    const answer = await fetch(`${app.url}/predict`, { method: 'POST', body: row });
    expect(answer.status).toBe(200);
  }
  expect(app.entries('worker-exit')).toEqual([]);
});
