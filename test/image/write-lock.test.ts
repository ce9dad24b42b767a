import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RPackage } from '../../src/doctor/ask-r.js';
import { readRenvLock } from '../../src/image/renv-lock.js';
import { writeRenvLock } from '../../src/image/write-lock.js';

const sha = 'a'.repeat(40);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-lock-'));
  install('web', 'Version: 1.2.1\nImports: json, stats\nRemoteType: standard\nRepository: CRAN\n');
  install('json', 'Version: 1.8-9\nRepository: CRAN\n');
  install('stats', 'Version: 4.3.1\nPriority: base\n');
  install(
    'own',
    `Version: 0.1\nRemoteType: github\nRemoteUsername: us\nRemoteRepo: own\nRemoteSha: ${sha}\n`,
  );
  install('local', 'Version: 0.1\nRemoteType: local\nRemoteUrl: /home/me/local\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function install(name: string, description: string): void {
  mkdirSync(join(folder, 'library', name), { recursive: true });
  writeFileSync(join(folder, 'library', name, 'DESCRIPTION'), `Package: ${name}\n${description}`);
}

function answer(...names: string[]) {
  const one = { installed: true, version: '1', wanted: null, required: true, file: null, line: null };
  const packages = names.map((name): RPackage => ({ name, ...one }));
  return { version: '4.3.1', libraries: [join(folder, 'library')], packages };
}

function appFolder(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

test('a lock file has the installed versions of all packages that the app needs, and their sources', () => {
  const directory = appFolder('app');
  const path = writeRenvLock(directory, answer('web', 'own'));
  const { Packages, R } = JSON.parse(readFileSync(path, 'utf8'));
  expect(R).toMatchObject({ Version: '4.3.1', Repositories: [{ Name: 'CRAN' }] });
  expect(Packages).toEqual({
    json: { Package: 'json', Version: '1.8-9', Source: 'Repository', Repository: 'CRAN' },
    own: {
      Package: 'own',
      Version: '0.1',
      Source: 'GitHub',
      RemoteType: 'github',
      RemoteUsername: 'us',
      RemoteRepo: 'own',
      RemoteSha: sha,
    },
    web: { Package: 'web', Version: '1.2.1', Source: 'Repository', Repository: 'CRAN' },
  });
  expect(readRenvLock(directory)).toMatchObject({ r: '4.3.1', remotes: true });
  expect(() => writeRenvLock(directory, answer('web'))).toThrow(/already exists.*renv::snapshot/);
});

test('packages that are not installed, or come from elsewhere, are not locked to others of the same name', () => {
  const directory = appFolder('other');
  const missing = answer('web');
  const packages = missing.packages.map((one) => ({ ...one, installed: false }));
  expect(() => writeRenvLock(directory, { ...missing, packages })).toThrow(/web is not installed/);
  expect(() => writeRenvLock(directory, answer('local'))).toThrow(/local was installed from local/);
});
