import { describe, expect, test } from 'vitest';
import type { RAnswer, RPackage } from '../../src/doctor/ask-r.js';
import { checkPackages, isVersion } from '../../src/doctor/package-check.js';

function need(name: string, more: Partial<RPackage> = {}): RPackage {
  const absent = { installed: false, version: null, wanted: null };
  return { name, ...absent, required: true, file: 'plumber.R', line: 1, ...more };
}

function answer(...packages: RPackage[]): RAnswer {
  const engine = { name: 'plumber', loads: true, message: null };
  const r = { version: '4.2.2', program: 'Rscript', libraries: [], renv: false };
  return { ...r, engine, packages, errors: [], hazards: [], outside: [] };
}

const aptKnows =
  (...names: string[]) =>
  async () =>
    new Set(names);

describe('Missing packages are installed', () => {
  test('from apt if it has them, and from CRAN otherwise', async () => {
    const [finding] = await checkPackages(
      answer(need('dplyr'), need('Biobase'), need('mine'), need('yours')),
      aptKnows('r-cran-dplyr', 'r-bioc-biobase'),
    );
    expect(finding?.fix).toEqual([
      'apt-get install r-cran-dplyr r-bioc-biobase',
      `Rscript -e 'install.packages(c("mine", "yours"))'`,
    ]);
  });

  test('only from apt, or only from CRAN', async () => {
    const [byApt] = await checkPackages(answer(need('R6')), aptKnows('r-cran-r6'));
    expect(byApt?.fix).toEqual(['apt-get install r-cran-r6']);
    const [byCran] = await checkPackages(answer(need('R6')), aptKnows());
    expect(byCran?.fix).toEqual([`Rscript -e 'install.packages("R6")'`]);
  });

  test('by renv in a project that uses it, without asking apt', async () => {
    const asked = async () => {
      throw new Error('apt was asked');
    };
    const [finding] = await checkPackages({ ...answer(need('R6')), renv: true }, asked);
    expect(finding?.fix).toEqual(["Rscript -e 'renv::restore()'"]);
  });
});

test('shortens a long list of packages', async () => {
  const many = Array.from({ length: 20 }, (_, i) => need(`p${i}`, { installed: true, version: '1.0' }));
  const [finding] = await checkPackages(answer(...many), aptKnows());
  expect(finding?.title).toMatch(/^20 R packages installed: p0 1\.0, .* and 12 more$/);
});

describe('A version', () => {
  test.each([
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '1.2.4', false],
    ['1.2-3', '1.2.3', true],
    ['1.2.3', '>= 1.2', true],
    ['1.10.0', '>= 1.9', true],
    ['1.2', '>= 1.2.1', false],
    ['2.0', '> 2.0', false],
    ['1.9', '< 2.0', true],
    ['2.0', '<= 2.0', true],
    ['2.0', '== 2.0', true],
    ['1.0', null, true],
    [null, '1.0', true],
  ])('%s satisfies %s: %s', (version, wanted, expected) => {
    expect(isVersion({ version, wanted })).toBe(expected);
  });
});
