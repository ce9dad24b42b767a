import { expect, test } from 'vitest';
import { instructions } from '../../scripts/setup/instructions.mjs';

const someone = { r: true, packages: ['plumber', 'randomForest'], prebuilt: true, again: 'npm start' };

test('Debian and Ubuntu are told the prebuilt packages', () => {
  expect(instructions({ ...someone, family: 'debian' })).toBe(
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

test('an R that the user built gets packages that fit it, not the prebuilt ones', () => {
  const text = instructions({ ...someone, family: 'debian', r: false, prebuilt: false });
  expect(text).toContain('sudo Rscript -e ');
  expect(text).toContain('install.packages(c("plumber", "randomForest"))');
  expect(text).not.toContain('apt-get');
});

test('Fedora is told the libraries that its source builds need', () => {
  const text = instructions({ ...someone, family: 'fedora' });
  expect(text).toContain('  sudo dnf install R-core R-core-devel libsodium-devel zlib-devel\n');
  expect(text).toContain('install.packages(');
});

test('macOS is told Homebrew, and to install packages without root', () => {
  const text = instructions({ ...someone, family: 'macos' });
  expect(text).toContain('  brew install r libsodium\n');
  expect(text).not.toContain('sudo');
});

test('an unknown system is told what R needs, in words', () => {
  const text = instructions({ ...someone, family: 'other' });
  expect(text).toContain('Install R 4.0 or later');
  expect(text).toContain('  Rscript -e ');
});

test('Windows is sent to WSL', () => {
  expect(instructions({ ...someone, family: 'windows' })).toContain('WSL');
});

test('the command to run again is the one that was run', () => {
  expect(instructions({ ...someone, family: 'debian', again: 'npm test' })).toMatch(/`npm test` again\.$/);
});
