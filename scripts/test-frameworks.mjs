// Compares apps of plumber2, fiery and ambiorix under Penstock with the real packages, from CRAN.
//
//   node scripts/test-frameworks.mjs [arguments of vitest]
import { installFromApt } from './setup/apt.mjs';
import { cranLibrary, runVitestWith } from './testing/cran-library.mjs';

await installFromApt(
  process.getuid?.() === 0 ? [] : ['sudo'],
  ['r-cran-rmarkdown', 'pandoc'],
  'Installing what reports of plumber2 need',
);
const library = cranLibrary('r-httpuv', ['plumber2', 'fiery', 'ambiorix']);
const env = { PENSTOCK_TEST_R_LIBS: library, PENSTOCK_TEST_FRAMEWORKS: '1' };
runVitestWith(['test/fidelity/frameworks', ...process.argv.slice(2)], env);
