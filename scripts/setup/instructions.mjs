/** Instructions for the user if set-up cannot install R or its packages itself. */
import { debianPackage, fedoraLibrariesOf } from './r-packages.mjs';

/**
 * @typedef {object} Need
 * @property {import('./system.mjs').Family} family
 * @property {boolean} r          R is missing or too old
 * @property {string[]} packages  missing R packages
 * @property {boolean} prebuilt   the system's prebuilt R packages work with the installed R
 * @property {string} again       the command to run afterwards
 */

/**
 * R code that installs packages from CRAN. If no mirror is set, it uses the first one instead of asking.
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
      // Without R, CRAN is no help yet: apt brings both, once it can be reached.
      if (!prebuilt && !r) return fromCran.map((command) => `sudo ${command}`);
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
    return ['On Windows, Penstock runs inside WSL. Clone the repository there, and continue there.'];
  if (family !== 'other' || !r) return [];
  return [
    'Install R 4.0 or later, C, C++ and Fortran compilers, and the headers of libsodium, for example with your',
    'package manager (R, gcc, gfortran, libsodium). Make sure that `Rscript` is on the PATH.',
  ];
}

/**
 * @param {Need} need
 * @returns {string} text for the user
 */
export function instructions(need) {
  const missing = [
    ...(need.r ? ['R 4.0 or later'] : []),
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
