import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeModulesFit } from '../../scripts/setup/node-modules.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penstock-setup-'));
  lock('package-lock.json', { '': {}, 'node_modules/a': { version: '1.0.0' } });
});
afterEach(() => rmSync(root, { recursive: true }));

function lock(file: string, packages: object): void {
  writeFileSync(join(root, file), JSON.stringify({ packages }));
}

function install(packages: Record<string, { version: string }>): void {
  for (const folder of Object.keys(packages)) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), '{}');
  }
  lock('node_modules/.package-lock.json', packages);
}

test('a fresh clone needs an install', () => {
  expect(nodeModulesFit(root)).toBe(false);
});

test('an installation that matches the lock file is not repeated', () => {
  install({ 'node_modules/a': { version: '1.0.0' } });
  expect(nodeModulesFit(root)).toBe(true);
});

test('a newer lock file needs an install', () => {
  install({ 'node_modules/a': { version: '0.9.0' } });
  expect(nodeModulesFit(root)).toBe(false);
});

test('a package whose folder was deleted needs an install', () => {
  install({ 'node_modules/a': { version: '1.0.0' } });
  rmSync(join(root, 'node_modules/a'), { recursive: true });
  expect(nodeModulesFit(root)).toBe(false);
});

test('packages for other platforms need no install', () => {
  lock('package-lock.json', {
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b-windows': { version: '1.0.0', optional: true },
  });
  install({ 'node_modules/a': { version: '1.0.0' } });
  expect(nodeModulesFit(root)).toBe(true);
});
