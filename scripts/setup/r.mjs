/** Installs R and its packages, or explains how to install them. */
import { installFromApt } from './apt.mjs';
import { answerOf, mustRun } from './command.mjs';
import { cranCall, instructions } from './instructions.mjs';
import { debianPackage } from './r-packages.mjs';
import { SetupError } from './setup-error.mjs';
import { thisSystem } from './system.mjs';

const oldestR = 4;
const debianHome = '/usr/lib/R';

/** The same variable sets the Rscript of Penstock itself. */
export const rscript = process.env.PENSTOCK_RSCRIPT ?? 'Rscript';

/**
 * @typedef {object} RState
 * @property {boolean} found     R is installed and new enough
 * @property {boolean} prebuilt  the system's prebuilt R packages work with it
 * @property {boolean} writable  the current user can write to its library
 * @property {string[]} missing
 */

/**
 * Reads the output of `probe`: version, home, whether the library is writable, and the missing packages. These lines
 * start with `@`, because a user's .Rprofile may print other lines.
 * @param {string | undefined} answer
 * @param {string[]} packages
 * @returns {RState}
 */
export function readProbe(answer, packages) {
  if (answer === undefined) return { found: false, prebuilt: true, writable: false, missing: packages };
  const lines = answer.split('\n').filter((line) => line.startsWith('@'));
  const [version = '', home, writable, ...missing] = lines.map((line) => line.slice(1));
  return {
    found: Number.parseInt(version, 10) >= oldestR,
    prebuilt: home === debianHome,
    writable: writable === 'TRUE',
    missing,
  };
}

/** @param {string[]} packages */
function probe(packages) {
  const names = packages.map((name) => `"${name}"`).join(', ');
  const code = [
    `wanted <- c(${names})`,
    'missing <- wanted[!vapply(wanted, function(name) nzchar(system.file(package = name)), NA)]',
    'said <- c(as.character(getRversion()), R.home(), file.access(.libPaths()[1], 2) == 0, missing)',
    'cat(paste0("\\n@", said), "\\n", sep = "")',
  ].join('; ');
  return readProbe(answerOf([rscript, '-e', code]), packages);
}

/**
 * @param {string[]} packages
 * @param {string} again  the command to run after following the instructions
 */
export async function setUpR(packages, again) {
  let state = probe(packages);
  if (state.found && state.missing.length === 0) return;

  const system = thisSystem();
  let { prebuilt } = state;
  const explain = () =>
    instructions({ family: system.family, r: !state.found, packages: state.missing, prebuilt, again });

  if (system.family === 'debian' && system.asRoot !== undefined && prebuilt) {
    const names = [...(state.found ? [] : ['r-base-core']), ...state.missing.map(debianPackage)];
    const label = `Installing R packages from the system (${names.length})`;
    await installFromApt(system.asRoot, names, label);
    state = probe(packages);
    prebuilt = false; // the system does not have the packages that are still missing
  }
  const asRoot = state.writable ? [] : system.asRoot;
  if (state.found && state.missing.length > 0 && asRoot !== undefined) {
    // R only warns if it cannot install a package. Loading the packages makes the command fail.
    const load = state.missing.map((name) => `loadNamespace("${name}")`).join('; ');
    const call = [...asRoot, rscript, '-e', `${cranCall(state.missing)}; ${load}`];
    await mustRun(`Installing R packages from CRAN (${state.missing.join(', ')})`, call, {
      advice: explain(),
    });
    state = probe(packages);
  }
  if (!state.found || state.missing.length > 0) throw new SetupError(explain());
}
