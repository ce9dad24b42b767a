import { expect, test } from 'vitest';
import { optionNames } from '../../src/config/options.js';
import { suggest } from '../../src/config/suggest.js';

test.each([
  ['prot', 'port'],
  ['hots', 'host'],
  ['worker', 'workers'],
  ['adminPort', 'admin-port'],
  ['ADMIN_PORT', 'admin-port'],
  ['time-out', 'timeout'],
  ['body-size-limit', undefined],
  ['zzz', undefined],
  ['', undefined],
])('%j suggests %j', (word, candidate) => {
  expect(suggest(word, optionNames)).toBe(candidate);
});
