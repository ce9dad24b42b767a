import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDependencies } from '../../src/image/dependencies.js';

test('finds all packages that a package depends on, imports or links to, recursively', () => {
  const library = mkdtempSync(join(tmpdir(), 'penstock-library-'));
  const install = (name: string, description: string) => {
    mkdirSync(join(library, name));
    writeFileSync(join(library, name, 'DESCRIPTION'), `Package: ${name}\n${description}`);
  };
  install('api', 'Depends: R (>= 4.0), web (>= 1.2)\nImports: json,\n    crypt (>= 1)\nSuggests: never\n');
  install('crypt', 'LinkingTo: cpp\nImports: api\n');
  expect([...withDependencies(['api'], ['/nowhere', library])].sort()).toEqual([
    'api',
    'cpp',
    'crypt',
    'json',
    'web',
  ]);
  rmSync(library, { recursive: true });
});
