// Tests saved models whose packages are on CRAN alone, or that set-up does not install from Debian.
//
//   node scripts/test-cran-models.mjs [arguments of vitest]
import { cranLibrary, installedOf, runVitestWith } from './testing/cran-library.mjs';

const inDebian = ['caret', 'clue', 'earth', 'forecast', 'gbm', 'lme4'];
const installed = installedOf(inDebian);
const missing = inDebian.filter((name) => !installed.includes(name));
const library = cranLibrary('r-models', ['xgboost', 'parsnip', 'workflows', 'vetiver', ...missing]);
const paths = [library, process.env.R_LIBS].filter(Boolean).join(':');
runVitestWith(['test/models/cran', ...process.argv.slice(2)], { R_LIBS: paths, PENSTOCK_TEST_CRAN: '1' });
