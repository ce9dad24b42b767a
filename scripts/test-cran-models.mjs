// Tests saved models whose packages are on CRAN alone.
//
//   node scripts/test-cran-models.mjs [arguments of vitest]
import { cranLibrary, runVitestWith } from './testing/cran-library.mjs';

const library = cranLibrary('r-models', ['xgboost', 'parsnip', 'workflows', 'vetiver']);
const paths = [library, process.env.R_LIBS].filter(Boolean).join(':');
runVitestWith(['test/models/cran', ...process.argv.slice(2)], { R_LIBS: paths, PENSTOCK_TEST_CRAN: '1' });
