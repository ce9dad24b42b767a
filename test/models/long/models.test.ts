import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve } from '../../support/server.js';
import { expectOnlyBadRowsFail, shareOf, strict } from '../load.js';

/** These tests take minutes: npm run test:models. */
const code = `
for (n in 1:2) saveRDS(lm(y ~ x, data.frame(x = 1:4, y = n)), paste0(n, ".rds"))
saveRDS(structure(list(), class = "strict"), "strict.rds")`;
const folder = mkdtempSync(join(tmpdir(), 'penstock-long-'));

beforeAll(() => execFileSync('Rscript', ['--vanilla', '-e', code], { cwd: folder }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An app folder with versions of one model, copied from the saved models. */
function models(name: string, versions: Record<string, string>, yaml = ''): string {
  const app = join(folder, name);
  mkdirSync(join(app, 'models/flat'), { recursive: true });
  for (const [version, from] of Object.entries(versions))
    copyFileSync(join(folder, from), join(app, `models/flat/${version}.rds`));
  writeFileSync(join(app, 'penstock.yaml'), yaml);
  return app;
}

async function answeringModel(url: string): Promise<number> {
  const response = await fetch(`${url}/predict`, { method: 'POST', body: '{"x":1}' });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${body}`);
  return Math.round(JSON.parse(body)[0]['.pred']);
}

test('exactly the bad 1 % of 20,000 concurrent requests fail, each with its own reason', async () => {
  const app = join(folder, 'strict');
  mkdirSync(app);
  copyFileSync(join(folder, 'strict.rds'), join(app, 'strict.rds'));
  writeFileSync(join(app, '.Rprofile'), strict);
  writeFileSync(join(app, 'penstock.yaml'), 'model:\n  fields: {x: number}\n');
  const served = await serve(join(app, 'strict.rds'), { workers: 2, flags: ['--queue-limit', '1000'] });
  await expectOnlyBadRowsFail(served.url, 20_000);
  await served.stop();
}, 300_000);

test('splits 10,000 requests between versions as configured in penstock.yaml, within 2 %', async () => {
  const yaml = 'models:\n  flat:\n    split: {1: 90, 2: 10}\n';
  const served = await serve(models('canary', { 1: '1.rds', 2: '2.rds' }, yaml), { workers: 2 });
  const first = await shareOf(1, 10_000, () => answeringModel(served.url));
  expect(Math.abs(first - 0.9)).toBeLessThan(0.02);
  await served.stop();
}, 300_000);

test('50 new versions in a row lose no request under load', async () => {
  const app = models('swaps', { 1: '1.rds' });
  const served = await serve(app, { workers: 2 });
  let going = true;
  let answered = 0;
  const clients = Array.from({ length: 8 }, async () => {
    while (going) {
      await answeringModel(served.url);
      answered += 1;
    }
  });
  const load = Promise.all(clients);
  for (let swap = 0; swap < 50; swap++) {
    const which = swap % 2 === 0 ? 2 : 1;
    const file = join(app, 'models/flat/1.rds');
    copyFileSync(join(folder, `${which}.rds`), `${file}.new`);
    renameSync(`${file}.new`, file);
    await Promise.race([served.logged('model-added', () => true, { skip: swap, timeout: 60_000 }), load]);
    expect(await answeringModel(served.url)).toBe(which);
  }
  going = false;
  await load;
  expect(answered).toBeGreaterThan(1000);
  await served.stop();
}, 900_000);
