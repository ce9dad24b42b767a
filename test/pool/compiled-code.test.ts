import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { compiledCodeFile } from '../../src/pool/compiled-code.js';

const cacheHome = process.env.XDG_CACHE_HOME;

afterEach(() => {
  if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheHome;
});

function newCacheHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cache-'));
  process.env.XDG_CACHE_HOME = folder;
  return join(folder, 'penstock');
}

test('the compiled code of R is kept in a folder that only its user can write to', () => {
  const folder = newCacheHome();
  expect(compiledCodeFile()).toMatch(new RegExp(`^${folder}/r-[0-9a-f]{16}$`));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a folder that others may write to is not used, since R runs what it reads there', () => {
  const folder = newCacheHome();
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  expect(compiledCodeFile()).toBe('');
});

test('without a place for a cache there is none', () => {
  writeFileSync(newCacheHome(), 'a file in the place of the folder');
  expect(compiledCodeFile()).toBe('');
});

test('code that has not been written for a month is removed, and nothing else', () => {
  const folder = newCacheHome();
  mkdirSync(folder, { mode: 0o700 });
  const monthAgo = Date.now() / 1000 - 31 * 86_400;
  for (const name of [
    'r-0123456789abcdef-plumber-4.2.2-x.rds',
    'r-fedcba9876543210-plumber-4.2.2-x.rds',
    'notes',
  ])
    writeFileSync(join(folder, name), '');
  for (const name of ['r-0123456789abcdef-plumber-4.2.2-x.rds', 'notes'])
    utimesSync(join(folder, name), monthAgo, monthAgo);
  compiledCodeFile();
  expect(readdirSync(folder).sort()).toEqual(['notes', 'r-fedcba9876543210-plumber-4.2.2-x.rds']);
});
