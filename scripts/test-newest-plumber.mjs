// Runs the fidelity suite against the newest plumber and httpuv on CRAN.
//
//   node scripts/test-newest-plumber.mjs [arguments of vitest]
import { cranLibrary, runVitestWith } from './testing/cran-library.mjs';

const library = cranLibrary('r-newest', ['httpuv', 'plumber']);
runVitestWith(['test/fidelity', ...process.argv.slice(2)], { PENSTOCK_TEST_R_LIBS: library });
