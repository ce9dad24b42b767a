import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examine } from '../../src/commands/doctor.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-doctor-model-'));

beforeAll(() => {
  const code = `
    setwd(${JSON.stringify(folder)})
    saveRDS(rpart::rpart(mpg ~ wt, mtcars), "tree.rds")
    saveRDS(structure(list(), class = "lgb.Booster"), "absent.rds")
    saveRDS(1, "number.rds")`;
  execFileSync('Rscript', ['-e', code]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function titles(file: string, status: string): Promise<string[]> {
  const flags = { port: '0', 'admin-port': '0' };
  const findings = await examine({ argument: join(folder, file), flags, json: false, env: {} });
  return findings.filter((finding) => finding.status === status).map(({ title }) => title);
}

test('a saved model requires the packages of its class, but not plumber', async () => {
  expect(await titles('tree.rds', 'missing')).toEqual([]);
  const fine = (await titles('tree.rds', 'ok')).join('\n');
  expect(fine).toMatch(/^1 R package installed: rpart \d/m);
  expect(fine).toContain('Model tree version 1 loads, and predicts an example row');
});

test('names a missing package', async () => {
  expect(await titles('absent.rds', 'missing')).toEqual(['1 R package missing: lightgbm (absent.rds)']);
});

test('reports an object without a predict method', async () => {
  expect((await titles('number.rds', 'missing'))[0]).toMatch(/holds an object of class numeric/);
});
