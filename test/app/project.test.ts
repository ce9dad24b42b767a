import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appVersion, imageFiles } from '../../src/app/app-files.js';
import { findApp } from '../../src/app/find-app.js';
import { imageHasConfig, projectAbove } from '../../src/app/project.js';
import { planImage } from '../../src/image/recipe.js';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'penstock-project-')));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text = ''): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('An app belongs to the project of the nearest folder above it', () => {
  test.each(['.Rprofile', 'renv.lock'])('with %s', (name) => {
    write('a/b/api/plumber.R');
    write(`a/${name}`);
    write('renv.lock');
    expect(findApp('a/b/api', root).project).toBe(join(root, 'a'));
  });

  test('but is its own project if its folder has one of them', () => {
    write('.Rprofile');
    write('api/renv.lock');
    write('api/plumber.R');
    expect(findApp('api', root).project).toBeUndefined();
  });

  test.each(['.git', 'shop.Rproj'])('up to the folder with %s', (name) => {
    write('.Rprofile');
    write(`shop/${name}`);
    write('shop/api/plumber.R');
    expect(findApp('shop/api', root).project).toBeUndefined();
    write('shop/.Rprofile');
    expect(findApp('shop/api', root).project).toBe(join(root, 'shop'));
  });

  test('below the home folder, whose .Rprofile R reads anyway', () => {
    write('.Rprofile');
    write('api/plumber.R');
    expect(projectAbove(join(root, 'api'), root)).toBeUndefined();
  });
});

test('the image of an app has the packages of its project, and its version depends on them', async () => {
  const lock = (version: string) =>
    JSON.stringify({
      R: { Version: '4.3.1' },
      Packages: { plumber: { Package: 'plumber', Version: version } },
    });
  write('renv.lock', lock('1.2.0'));
  write('.Rprofile', 'source("renv/activate.R")');
  write('renv/activate.R');
  write('penstock.yaml', 'workers: 2\n');
  write('api/plumber.R');
  const app = findApp('api', root);
  const { recipe } = planImage({ app, base: 'r-ver', answer: undefined });
  expect(recipe).toMatchObject({ locked: true, baseImage: 'docker.io/rocker/r-ver:4.3.1' });
  expect(imageFiles(app).map(({ path }) => path)).toEqual([
    'plumber.R',
    '.Rprofile',
    'renv.lock',
    'renv/activate.R',
    'penstock.yaml',
  ]);
  const before = await appVersion(app);
  write('renv.lock', lock('1.2.1'));
  expect(await appVersion(app)).not.toBe(before);
  expect(imageHasConfig(app, join(root, 'penstock.yaml'))).toBe(true);
  expect(imageHasConfig(app, join(root, 'other.yaml'))).toBe(false);
  write('api/penstock.yml', 'workers: 3\n');
  expect(imageFiles(app).map(({ path }) => path)).not.toContain('penstock.yaml');
});
