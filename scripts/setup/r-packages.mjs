/** The R packages that set-up installs, and their system requirements. */

/** Needed by the plumber lane and the example. */
export const packagesToRun = ['plumber', 'jsonlite', 'randomForest'];

/** Used to train the models of the tests. */
const modelPackages = ['MASS', 'e1071', 'glmnet', 'mgcv', 'nlme', 'nnet', 'ranger', 'rpart', 'survival'];

/** Needed by the tests and the checks. */
export const packagesToTest = [
  ...packagesToRun,
  ...modelPackages,
  'commonmark',
  'coro',
  'future',
  'htmltools',
  'htmlwidgets',
  'httr2',
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

/** Needed to build, check and use our own R package. */
export const packagesToBuildOurs = [
  'curl',
  'digest',
  'knitr',
  'processx',
  'rmarkdown',
  'roxygen2',
  'rstudioapi',
  'testthat',
  'withr',
];

/**
 * The name of an R package in Debian and Ubuntu.
 * @param {string} name
 */
export function debianPackage(name) {
  return `r-cran-${name.toLowerCase()}`;
}

/** Fedora packages needed to build R packages and their imports from source. */
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
