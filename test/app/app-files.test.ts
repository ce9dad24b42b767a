import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appArgument, appFiles, appName, appVersion } from '../../src/app/app-files.js';
import { findApp } from '../../src/app/find-app.js';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'penstock-app-files-'));
  folder = join(parent, 'My API 2');
  put('plumber.R', '#* @get /\nfunction() 1\n');
});
afterEach(() => rmSync(parent, { recursive: true }));

function put(path: string, text = ''): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("An app's files", () => {
  test('are all files in its folder except tools, secrets and libraries of this machine', () => {
    for (const path of ['R/a.R', 'data/x.csv', 'renv/activate.R', '.Rprofile']) put(path);
    for (const path of [
      '.git/HEAD',
      '.Renviron',
      'www/node_modules/a.js',
      'renv/library/a/DESCRIPTION',
      '.env',
    ])
      put(path);
    expect(appFiles(findApp(folder))).toEqual([
      '.Rprofile',
      'R/a.R',
      'data/x.csv',
      'plumber.R',
      'renv/activate.R',
    ]);
  });

  test('are only the model and its configuration if it is a saved model', () => {
    for (const path of ['fit.rds', 'other.rds', 'penstock.yaml', 'letter.pdf']) put(path);
    const model = findApp(join(folder, 'fit.rds'));
    expect(appFiles(model)).toEqual(['fit.rds', 'penstock.yaml']);
    expect([appName(model), appArgument(model, '/app')]).toEqual(['fit', '/app/fit.rds']);
  });
});

describe("An app's version", () => {
  const version = () => appVersion(findApp(folder));

  test('stays the same as long as its files do', async () => {
    const before = await version();
    for (const path of ['Dockerfile', '.git/HEAD', '.Rhistory']) put(path, 'anything');
    expect(await version()).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{12}$/);
  });

  test('changes with the content, the name and the number of its files', async () => {
    put('a.csv', '1');
    const seen = [await version()];
    put('a.csv', '2');
    seen.push(await version());
    put('b.csv', '2');
    seen.push(await version());
    rmSync(join(folder, 'a.csv'));
    seen.push(await version());
    expect(new Set(seen).size).toBe(4);
  });

  test('follows links, as the image does', async () => {
    writeFileSync(join(parent, 'shared.csv'), '1');
    symlinkSync(join(parent, 'shared.csv'), join(folder, 'shared.csv'));
    const before = await version();
    writeFileSync(join(parent, 'shared.csv'), '2');
    expect(await version()).not.toBe(before);
  });
});

test.each([
  ['My API 2', 'my-api-2'],
  ['Größe', 'gro-e'],
  ['2024_model', 'model'],
  ['---', 'app'],
  ['x'.repeat(80), 'x'.repeat(50)],
])('the folder name %s becomes the DNS label %s', (name, label) => {
  const directory = join('/srv', name);
  expect(appName({ kind: 'plumber', directory, file: join(directory, 'plumber.R'), entry: 'file' })).toBe(
    label,
  );
});
