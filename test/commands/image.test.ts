import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/server.js';

const example = resolve(import.meta.dirname, '../../examples/mtcars');

let parent: string;
let app: string;
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'penstock-image-test-'));
  app = join(parent, 'cars');
  cpSync(example, app, { recursive: true });
});
afterAll(() => rmSync(parent, { recursive: true }));

describe('penstock image --write', () => {
  test('writes a self-contained Dockerfile with the packages that the app uses', async () => {
    const { code, stdout, stderr } = await runCli(['image', app, '--write', '--base', 'debian']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/wrote/g)).toHaveLength(3);
    const dockerfile = readFileSync(join(app, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain('r-cran-plumber \\\n      r-cran-randomforest');
    expect(dockerfile).toContain('USER 10001:10001');
    expect(readFileSync(join(app, '.dockerignore'), 'utf8')).toContain('**/.Renviron\n');
  });

  test('adds a copy of Penstock that requires nothing but Node', () => {
    const runtime = join(app, '.penstock', 'runtime');
    const flags = '--rscript true --workers 1 --port 0 --admin-port 0 --log-format json'.split(' ');
    const words = [join(runtime, 'dist/cli.js'), 'serve', app, ...flags];
    const { status, stdout } = spawnSync(process.execPath, words, { cwd: parent, encoding: 'utf8' });
    // It got as far as starting R, which exits at once here.
    expect([status, stdout]).toEqual([1, expect.stringContaining('"event":"worker-exit"')]);
    expect(existsSync(join(runtime, 'node_modules'))).toBe(false);
  });

  test('does not overwrite a Dockerfile without --force', async () => {
    writeFileSync(join(app, 'Dockerfile'), 'FROM mine\n');
    const { code, stderr } = await runCli(['image', app, '--write']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Use --force to overwrite it')]);
    expect(readFileSync(join(app, 'Dockerfile'), 'utf8')).toBe('FROM mine\n');
    const forced = await runCli(['image', app, '--write', '--force', '--base-image', 'localhost/r:1']);
    expect(forced.code).toBe(0);
    expect(readFileSync(join(app, 'Dockerfile'), 'utf8')).toContain('ARG BASE_IMAGE=localhost/r:1\n');
  });
});

describe('penstock image', () => {
  test('refuses an app that reads files outside of its folder, and names them', async () => {
    const project = join(parent, 'project');
    mkdirSync(join(project, 'R'), { recursive: true });
    mkdirSync(join(project, 'api'));
    writeFileSync(join(project, 'R', 'add.R'), 'add <- function(a, b) a + b\n');
    writeFileSync(join(project, 'table.csv'), 'a\n1\n');
    const text = 'source("../R/add.R")\ntable <- read.csv("../table.csv")\n#* @get /\nfunction() add(1, 2)\n';
    writeFileSync(join(project, 'api', 'plumber.R'), text);
    const { code, stderr } = await runCli(['image', join(project, 'api'), '--write']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the app reads ../R/add.R, ../table.csv.')]);
  });

  test('rejects --push without a registry before it builds', async () => {
    const { code, stderr } = await runCli(['image', example, '--push']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/mtcars:[0-9a-f]{12} contains no registry/)]);
  });

  test('rejects a build argument without a value', async () => {
    const { code, stderr } = await runCli(['image', example, '--build-arg', 'CRAN']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--build-arg: expected NAME=VALUE; got "CRAN".'),
    ]);
  });
});
