import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../../scripts/setup/command-line.mjs';
import { root } from '../../../scripts/setup/root.mjs';
import { type ServedApp, serve } from '../../support/server.js';

const run = promisify(execFile);
let example: ServedApp;

beforeAll(async () => {
  example = await serve(join(root, 'examples', 'mtcars'), { workers: 1 });
});

afterAll(() => example?.stop());

/** The first block of a language in a page. */
function blockOf(page: string, language: string, contains = ''): string {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```([a-z]*)\n(.*?)^```/gms)].map(([, lang, block]) => [lang, block!]);
  return blocks.find(([lang, block]) => lang === language && block!.includes(contains))![1]!;
}

/** Runs a command of a page in a shell, against this server instead of one on port 8000. */
async function shell(command: string, app: ServedApp, cwd: string): Promise<string> {
  const penstock = [process.execPath, ...commandLine()].join(' ');
  const text = command.replaceAll('http://127.0.0.1:8000', app.url).replace(/^penstock /, `${penstock} `);
  const { stdout } = await run('sh', ['-c', text], { cwd });
  return stdout;
}

test('the prediction in the README is what the example answers', async () => {
  const command = blockOf('README.md', 'sh', '/prediction');
  expect(await shell(command, example, root)).toBe('["6"]');
});

test('the first command in load-testing.md measures the example', async () => {
  const [command = ''] = blockOf('docs/load-testing.md', 'sh').replace(/\\\n/g, ' ').split('\n');
  const report = await shell(`${command} --duration 1s --warmup 0s`, example, root);
  expect(report).toMatch(/requests\/s/);
});

test('the example in models.md works as shown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-docs-'));
  await run('Rscript', ['-e', blockOf('docs/models.md', 'r', 'saveRDS(cars')], { cwd: folder });
  const [, request = '', response = ''] = blockOf('docs/models.md', 'sh', 'cars.rds').split('\n');
  const app = await serve(join(folder, 'cars.rds'), { workers: 1 });
  expect(await shell(request.replace('$ ', ''), app, folder)).toBe(response);
  await app.stop();
  rmSync(folder, { recursive: true });
});
