import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pages } from '../../scripts/docs/pages.js';
import { rCommands } from '../../scripts/docs/r-commands.js';
import { optionNames } from '../../src/config/options.js';
import { errorCatalogue } from '../../src/errors.js';

const docs = resolve(import.meta.dirname, '../../docs');

describe('The reference pages', () => {
  test.each(Object.entries(pages))('docs/%s matches the code; `npm run docs` updates it', (name, page) => {
    expect(readFileSync(join(docs, name), 'utf8')).toBe(page());
  });

  test('the functions of the R package have the flags of the commands; `npm run docs` updates them', () => {
    expect(readFileSync(join(docs, '../r-package/R/commands.R'), 'utf8')).toBe(rCommands());
  });

  test('list every option and every error', () => {
    for (const name of optionNames) expect(pages['configuration.md']!()).toContain(`### \`${name}\``);
    for (const code of Object.keys(errorCatalogue))
      expect(pages['errors.md']!()).toContain(`### \`${code}\``);
  });
});
