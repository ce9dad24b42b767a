import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelFiles } from '../../src/app/model-files.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-model-files-'));
  mkdirSync(join(folder, 'price'));
  for (const file of ['price/1.9.rds', 'price/1.10.rds']) writeFileSync(join(folder, file), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const namesOf = (called?: string) =>
  modelFiles(folder, called).map(({ name, version }) => `${name} ${version}`);

test('a model has the name of its file or folder', () => {
  expect(namesOf()).toEqual(['price 1.9', 'price 1.10']);
});

test('the only model of a folder can have another name, in all versions', () => {
  expect(namesOf('shop-prices')).toEqual(['shop-prices 1.9', 'shop-prices 1.10']);
});

test('models that are added later keep the names of their files', () => {
  writeFileSync(join(folder, 'zone.rds'), '');
  expect(namesOf('shop-prices')).toEqual(['shop-prices 1.9', 'shop-prices 1.10', 'zone 1']);
  rmSync(join(folder, 'zone.rds'));
});
