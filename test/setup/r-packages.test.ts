import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { packagesToTest } from '../../scripts/setup/r-packages.mjs';

const root = resolve(import.meta.dirname, '../..');
/** Packages that come with R itself. */
const base = [
  'base',
  'compiler',
  'graphics',
  'grDevices',
  'datasets',
  'grid',
  'methods',
  'parallel',
  'stats',
  'tools',
  'utils',
];
/** Packages that are installed with plumber, which imports them. */
const withPlumber = ['R6', 'httpuv', 'jsonlite', 'later', 'mime', 'rlang', 'stringi', 'webutils'];

function packagesUsedBy(code: string): string[] {
  const withoutComments = code.replace(/^\s*#.*$/gm, '');
  const calls = withoutComments.matchAll(
    /\b(?:library\(|require\(|(?:load|require)Namespace\(["'])([A-Za-z][\w.]*)/g,
  );
  const prefixes = withoutComments.matchAll(/\b([A-Za-z][A-Za-z0-9.]*):::?[A-Za-z.]/g);
  return [...calls, ...prefixes].map((match) => match[1]!);
}

/** Files that use packages which only a script of their own installs. */
const byScripts = /^(httpuv\.R|contenders\/others\/.*)$/;

test('set-up installs every R package that the example and the served test APIs use', () => {
  const known = new Set([...packagesToTest, ...base, ...withPlumber]);
  const missing = ['examples', 'bench', 'scripts', 'test/fixtures/apis', 'test/support']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.R') && !byScripts.test(file))
        .map((file) => join(root, folder, file)),
    )
    .flatMap((file) => packagesUsedBy(readFileSync(file, 'utf8')).map((name) => `${name} (${file})`))
    .filter((use) => !known.has(use.split(' ')[0]!));
  expect(missing).toEqual([]);
});
