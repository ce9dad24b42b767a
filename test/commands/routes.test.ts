import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtureApp, runCli } from '../support/server.js';

const example = resolve(import.meta.dirname, '../../examples/mtcars');

interface Row {
  readonly verbs: string;
  readonly path: string;
  readonly lane: string;
  readonly line: string;
}

/** The rows of the table. Its columns are separated by two or more spaces. */
function rowsOf(stdout: string): Row[] {
  const lines = stdout.trimEnd().split('\n');
  const head = lines.findIndex((line) => line.startsWith('VERBS'));
  return lines.slice(head + 1).map((line) => {
    const [verbs = '', path = '', lane = '', , line_ = ''] = line.split(/ {2,}/);
    return { verbs, path, lane, line: line_ };
  });
}

describe('penstock routes', () => {
  test.concurrent('ends although the app has left a process behind that keeps its output open', async () => {
    const startedAt = performance.now();
    expect(await runCli(['routes', fixtureApp('daemon.R')])).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(50_000); // the process runs for a minute
  });

  test.concurrent('lists every route with its lane and its line in the file', async () => {
    const { code, stderr, stdout } = await runCli(['routes', example]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^.*examples\/mtcars\/plumber\.R \(plumber \S+, R \S+\)$/m);
    const rows = rowsOf(stdout);
    const listed = rows.map(({ lane, path, verbs }) => `${verbs} ${path} ${lane}`);
    expect(listed).toEqual(
      expect.arrayContaining(['GET / direct', 'POST /prediction direct', 'GET /asynchronousTest direct']),
    );
    const source = readFileSync(resolve(example, 'plumber.R'), 'utf8').split('\n');
    const prediction = rows.find(({ path }) => path === '/prediction')!;
    expect(source.slice(Number(prediction.line) - 4, Number(prediction.line) + 1).join('\n')).toContain(
      '@post /prediction',
    );
  });

  test.concurrent('says which routes are batched, how, and why other tagged routes are not', async () => {
    const { stdout } = await runCli(['routes', fixtureApp('batch.R')]);
    expect(stdout).toMatch(/\/scaled .*batched over its arguments, up to 256 items$/m);
    expect(stdout).toMatch(/\/labels .*batched over the table rows, up to 8 items$/m);
    expect(stdout).toMatch(/\/raw .*batched over the body, up to 256 items$/m);
    expect(stdout).toMatch(/\/patient .*up to 256 items, after waiting 300 ms$/m);
    expect(stdout).toMatch(/\/greeting\/<name> .*batched over its arguments, up to 256 items$/m);
    expect(stdout).toMatch(
      /\/plain-greeting .*not batched: its serializer is not JSON, or has options that only R can apply$/m,
    );
  });

  test.concurrent('says why each route uses the plumber lane', async () => {
    const { code, stdout } = await runCli(['routes', example, '--lane', 'plumber']);
    expect(code).toBe(0);
    for (const row of rowsOf(stdout)) expect(row.lane).toBe('plumber');
    expect(stdout).toContain('forced by --lane');
  });

  test.concurrent('says why an app cannot be loaded, and exits with 1', async () => {
    const { code, stderr, stdout } = await runCli(['routes', fixtureApp('unloadable/stops.R')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/code: app_load_failed/);
    expect(stderr).toMatch(/stops\.R:5.*no route to the database/);
    expect(stdout).toBe('');
  });

  test.concurrent('prints output of the app to stderr, not into the table', async () => {
    const { code, stderr, stdout } = await runCli(['routes', fixtureApp('prints-at-load.R')]);
    expect(code).toBe(0);
    expect(stderr).toContain('printed while it loads');
    expect(stdout).not.toContain('printed while it loads');
    expect(rowsOf(stdout)).toContainEqual({ verbs: 'GET', path: '/', lane: 'direct', line: '5' });
  });

  test.concurrent('reports that R is missing', async () => {
    const { code, stderr } = await runCli(['routes', example, '--rscript', '/no/such/Rscript']);
    expect(code).toBe(1);
    expect(stderr).toContain('code: r_not_found');
  });
});
