/** The R packages that set-up installs, and what building one from source takes. */

/** What Penstock's plumber lane and the example need. */
export const packagesToRun = ['plumber', 'jsonlite', 'randomForest'];

/** What the models of the tests are made with. */
const modelPackages = ['e1071', 'glmnet', 'mgcv', 'nnet', 'ranger', 'rpart', 'survival'];

/** What the tests' APIs and the checks need on top. */
export const packagesToTest = [
  ...packagesToRun,
  ...modelPackages,
  'commonmark',
  'future',
  'htmltools',
  'htmlwidgets',
  'knitr',
  'lintr',
  'promises',
  'ragg',
  'readr',
  'sodium',
  'svglite',
  'testthat',
  'yaml',
];

/**
 * Debian's and Ubuntu's name of a package.
 * @param {string} name
 */
export function debianPackage(name) {
  return `r-cran-${name.toLowerCase()}`;
}

/** Libraries with their headers, by Fedora's names, that a source build of a package and its imports needs. */
const fonts = ['fontconfig-devel', 'freetype-devel', 'fribidi-devel', 'harfbuzz-devel', 'libpng-devel'];
/** @type {Record<string, string[]>} */
const fedoraLibraries = {
  plumber: ['libsodium-devel', 'zlib-devel'],
  sodium: ['libsodium-devel'],
  lintr: ['libxml2-devel'],
  ragg: [...fonts, 'libjpeg-turbo-devel', 'libtiff-devel', 'libwebp-devel'],
  svglite: fonts,
};

/**
 * @param {string[]} names
 * @returns {string[]}
 */
export function fedoraLibrariesOf(names) {
  return [...new Set(names.flatMap((name) => fedoraLibraries[name] ?? []))].sort();
}
