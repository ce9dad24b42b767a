import { expect, test } from 'vitest';
import { instructions } from '../../scripts/setup/instructions.mjs';

const missing = { r: true, packages: ['plumber', 'randomForest'], prebuilt: true, again: 'npm start' };

test('lists prebuilt packages on Debian and Ubuntu', () => {
  expect(instructions({ ...missing, family: 'debian' })).toBe(
    [
      'Missing on this machine: R 4.0 or later, R package plumber, R package randomForest.',
      'Install with:',
      '',
      '  sudo apt-get update',
      '  sudo apt-get install --no-install-recommends r-base-core r-cran-plumber r-cran-randomforest',
      '',
      'Then run `npm start` again.',
    ].join('\n'),
  );
});

test('names r-base-core on Debian as long as R is missing, even if apt could not be reached', () => {
  const text = instructions({ ...missing, family: 'debian', prebuilt: false });
  expect(text).toContain('sudo apt-get install --no-install-recommends r-base-core r-cran-plumber');
  expect(text).not.toContain('install.packages');
});

test('builds packages from source for an R that the user built', () => {
  const text = instructions({ ...missing, family: 'debian', r: false, prebuilt: false });
  expect(text).toContain('sudo Rscript -e ');
  expect(text).toContain('install.packages(c("plumber", "randomForest"))');
  expect(text).not.toContain('apt-get');
});

test('lists the libraries that source builds need on Fedora', () => {
  const text = instructions({ ...missing, family: 'fedora' });
  expect(text).toContain('  sudo dnf install R-core R-core-devel libsodium-devel zlib-devel\n');
  expect(text).toContain('install.packages(');
});

test('uses Homebrew on macOS, and installs packages without root', () => {
  const text = instructions({ ...missing, family: 'macos' });
  expect(text).toContain('  brew install r libsodium\n');
  expect(text).not.toContain('sudo');
});

test('describes what to install on an unknown system', () => {
  const text = instructions({ ...missing, family: 'other' });
  expect(text).toContain('Install R 4.0 or later');
  expect(text).toContain('  Rscript -e ');
});

test('recommends WSL on Windows', () => {
  expect(instructions({ ...missing, family: 'windows' })).toContain('WSL');
});

test('tells the user to run the same command again', () => {
  expect(instructions({ ...missing, family: 'debian', again: 'npm test' })).toMatch(/`npm test` again\.$/);
});
