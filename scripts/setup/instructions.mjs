/** What to type where set-up cannot install R or its packages by itself. */
import { debianPackage, fedoraLibrariesOf } from './r-packages.mjs';

/**
 * @typedef {object} Need
 * @property {import('./system.mjs').Family} family
 * @property {boolean} r          R itself is missing or too old
 * @property {string[]} packages  R packages that are missing
 * @property {boolean} prebuilt   the system's own R packages fit the R in use
 * @property {string} again       the command to run afterwards
 */

/**
 * The R call that installs packages from CRAN without asking which mirror: the first of R's own list.
 * @param {string[]} packages
 */
export function cranCall(packages) {
  const names = packages.map((name) => `"${name}"`).join(', ');
  return [
    'if (identical(getOption("repos")[["CRAN"]], "@CRAN@")) chooseCRANmirror(ind = 1, local.only = TRUE)',
    `install.packages(c(${names}))`,
  ].join('; ');
}

/** @param {Need} need */
function commands({ family, r, packages, prebuilt }) {
  const fromCran = packages.length > 0 ? [`Rscript -e '${cranCall(packages)}'`] : [];
  switch (family) {
    case 'debian': {
      if (!prebuilt) return fromCran.map((command) => `sudo ${command}`);
      const names = [...(r ? ['r-base-core'] : []), ...packages.map(debianPackage)];
      return ['sudo apt-get update', `sudo apt-get install --no-install-recommends ${names.join(' ')}`];
    }
    case 'fedora':
      return [
        `sudo dnf install ${['R-core', 'R-core-devel', ...fedoraLibrariesOf(packages)].join(' ')}`,
        ...fromCran.map((command) => `sudo ${command}`),
      ];
    case 'macos':
      return ['brew install r libsodium', ...fromCran];
    default:
      return fromCran;
  }
}

/** @param {Need} need */
function preamble({ family, r }) {
  if (family === 'windows')
    return ['On Windows, Penstock runs inside WSL: clone it there and go on from there.'];
  if (family !== 'other' || !r) return [];
  return [
    'Install R 4.0 or newer, so that `Rscript` is on the PATH, with a C, a C++ and a Fortran compiler',
    "and libsodium's headers: the package manager of this system has them (R, gcc, gfortran, libsodium).",
  ];
}

/**
 * @param {Need} need
 * @returns {string} lines for a person
 */
export function instructions(need) {
  const missing = [
    ...(need.r ? ['R 4.0 or newer'] : []),
    ...need.packages.map((name) => `R package ${name}`),
  ];
  const steps = need.family === 'windows' ? [] : commands(need);
  return [
    `Missing on this machine: ${missing.join(', ')}.`,
    ...preamble(need),
    ...(steps.length > 0 ? ['Install with:', '', ...steps.map((step) => `  ${step}`), ''] : []),
    `Then run \`${need.again}\` again.`,
  ].join('\n');
}
