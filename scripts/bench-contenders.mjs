/**
 * npm run bench:contenders: installs the other R servers that the benchmark compares. What RestRserve needs comes from
 * Debian where it can, the servers themselves from CRAN, into a library of the checkout that is kept. Compiling
 * drogonR and plumber2 with what they need takes an hour.
 */
import { installFromApt } from './setup/apt.mjs';
import { cranLibrary } from './testing/cran-library.mjs';

await installFromApt(
  process.getuid?.() === 0 ? [] : ['sudo'],
  ['r-cran-checkmate', 'r-cran-rserve', 'r-cran-uuid'],
  'Installing what RestRserve needs',
);
cranLibrary('r-contenders', ['drogonR', 'RestRserve']);
// The tests of frameworks use the same library.
cranLibrary('r-httpuv', ['plumber2']);
