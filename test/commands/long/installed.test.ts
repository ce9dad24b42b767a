import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../../scripts/setup/root.mjs';

let folder: string;
let install: { stdout: string; stderr: string };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-installed-'));
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim().split('\n').at(-1)!;
  const words = ['install', '--global', '--prefix', folder, '--offline', join(folder, tarball)];
  install = spawnSync('npm', words, { cwd: folder, encoding: 'utf8' });
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the package installs without a warning, and its command has its documentation', () => {
  expect(install.stderr).toBe('');
  expect(install.stdout).toContain('added 1 package');
  const penstock = (...args: string[]): string =>
    execFileSync(join(folder, 'bin', 'penstock'), args, { cwd: folder, encoding: 'utf8' });
  expect(penstock('help', 'security')).toMatch(/^# Security\n/);
  expect(penstock('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
});
