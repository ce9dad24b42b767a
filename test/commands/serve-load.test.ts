import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Ending, fixtureApp, runCli, ServedApp } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Exit = Ending & { stdout: string; stderr: string };

/** Runs `penstock serve` with an app that it cannot start. */
function start(app: string, ...flags: string[]): Promise<Exit> {
  const always = ['--port', '0', '--admin-port', '0', '--workers', '1', '--log-format', 'json'];
  return runCli(['serve', app, ...always, ...flags]);
}

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe('if the app does not load, exits with code 1, without a stack trace and with', () => {
  test.concurrent.each([
    ["R's message with file and line", 'stops.R', [/no route to the database/, /stops\.R:5\b/]],
    ['the position of a syntax error', 'syntax.R', [/syntax\.R:4:3: unexpected symbol/]],
    ['the reason if it starts a server beside its router', 'own-server.R', [/starts httpuv's server/]],
    ['the reason if it is a Shiny app', 'shiny-value.R', [/is a Shiny app, which Penstock does not serve/]],
    ['the reason if it starts a Shiny app', 'shiny-run.R', [/is a Shiny app, which Penstock does not serve/]],
    ['the name of a missing package', 'package.R', [/aPackageThatNobodyHas/, /package\.R:1\b/]],
    [
      'the exit code of an app that quits',
      'quits.R',
      [/exited with code 7 while it started, at step "app" after \d+ ms\./],
    ],
  ])('%s', async (_, file, says) => {
    const { code, stderr, stdout } = await start(fixtureApp(`unloadable/${file}`));
    expect(code).toBe(1);
    expect(stderr).toContain('code: app_load_failed');
    for (const pattern of says) expect(stderr).toMatch(pattern);
    expect(stdout + stderr).not.toMatch(/^\s+at .*\.[jt]s/m);
    expect(stdout).not.toContain('"event":"listening"');
  });
});

describe('exits with the file and line of an invalid Penstock tag:', () => {
  test.concurrent.each([
    ['@batch table', 'table: the function has no argument table; its arguments are x, y'],
  ])('%s', async (tag, says) => {
    const name = `${tag.replaceAll(/\W/g, '-')}.R`;
    const app = program(name, `#* Doubles\n#* ${tag}\n#* @get /double\nfunction(x, y) x\n`);
    const { code, stderr } = await start(app);
    expect(code).toBe(1);
    expect(stderr).toContain(`${app}:2: ${tag.slice(0, 6)} ${says}`);
  });
});

test.concurrent('distinguishes a missing Rscript from an app that fails', async () => {
  const { code, stderr } = await start(fixtureApp('work.R'), '--rscript', join(folder, 'Rscript'));
  expect(code).toBe(1);
  expect(stderr).toContain('code: r_not_found');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.concurrent('reports the exit of a program that is not R, and logs its output', async () => {
  const rscript = program('no-R', '#!/bin/sh\necho "this is no R" >&2\nexit 4\n');
  const { code, stderr, stdout } = await start(fixtureApp('work.R'), '--rscript', rscript);
  expect(code).toBe(1);
  expect(stderr).toMatch(/exited with code 4 while it started, at step "process" after \d+ ms\./);
  expect(stderr).toContain("R's last output: this is no R");
  expect(stdout).toContain('this is no R');
});

test.concurrent('stops an app that does not load within --load-timeout', async () => {
  const { code, stderr } = await start(
    program('slow.R', 'cat("asking\\n")\nSys.sleep(60)\n'),
    '--load-timeout',
    '6s',
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/The app did not load within 6 s \(--load-timeout\), at step "app" after \d+ ms\./);
  expect(stderr).toContain("R's last output: asking");
});

test.concurrent('on SIGTERM while the app loads, stops at once with exit code 0', async () => {
  const app = new ServedApp(program('loading.R', 'cat("loading\\n")\nSys.sleep(60)\n'), { workers: 1 });
  await app.printed('loading');
  app.signal('SIGTERM');
  expect(await app.ended).toEqual({ code: 0, signal: null });
  expect(app.entries('listening')).toEqual([]);
});
