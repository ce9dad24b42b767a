import { expect, test } from 'vitest';
import type { VersionedSettings } from '../../src/config/model-settings.js';
import { ModelRegistry } from '../../src/models/registry.js';
import { plainModel as model } from './plain-model.js';

function registry(versions: readonly string[], settings: VersionedSettings = {}, random = () => 0) {
  const models = versions.map((version) => model('m', version));
  return new ModelRegistry(models, new Map([['m', settings]]), undefined, random);
}

const chosen = (of: ModelRegistry, version?: string) => of.find('m', version).model.version;

test('picks the highest version if none is named', () => {
  expect(chosen(registry(['1.9', '1.10', '1.2']))).toBe('1.10');
  expect(chosen(registry(['2024-01', '2023-12']))).toBe('2024-01');
});

test('picks the version that the configuration names once it exists', () => {
  expect(chosen(registry(['1', '2'], { default: '1' }))).toBe('1');
  expect(chosen(registry(['1', '2'], { default: '3' }))).toBe('2');
});

test('splits requests between versions by weight', () => {
  const split = new Map([
    ['1', 3],
    ['2', 1],
    ['9', 5],
  ]);
  const at = (random: number) => chosen(registry(['1', '2', '3'], { split }, () => random));
  expect([0, 0.5, 0.74, 0.76, 0.999].map(at)).toEqual(['1', '1', '1', '2', '2']);
});

test('ignores a split without any existing version', () => {
  expect(chosen(registry(['1', '2'], { split: new Map([['7', 1]]) }))).toBe('2');
});

test('a named version takes precedence over the split', () => {
  expect(chosen(registry(['1', '2'], { split: new Map([['1', 1]]) }), '2')).toBe('2');
});

test('reports an unknown model or version', () => {
  expect(() => registry(['1', '2']).find('m', '3')).toThrow('Model m has no version "3". Available: 1, 2.');
  expect(() => registry(['1']).find('n', undefined)).toThrow('There is no model "n".');
});

test('the name is optional only for a single model', () => {
  expect(registry(['1', '2']).only).toBe('m');
  expect(new ModelRegistry([model('a', '1'), model('b', '1')]).only).toBeUndefined();
});
