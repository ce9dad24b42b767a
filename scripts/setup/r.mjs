/** R and its packages: looked for, installed where that is possible, explained where it is not. */
import { installFromApt } from './apt.mjs';
import { answerOf, mustRun } from './command.mjs';
import { cranCall, instructions } from './instructions.mjs';
import { debianPackage } from './r-packages.mjs';
import { SetupError } from './setup-error.mjs';
import { thisSystem } from './system.mjs';

const oldestR = 4;
const debianHome = '/usr/lib/R';

/** The same variable names the Rscript that Penstock itself uses. */
export const rscript = process.env.PENSTOCK_RSCRIPT ?? 'Rscript';

/**
 * @typedef {object} RState
 * @property {boolean} found     R is there and new enough
 * @property {boolean} prebuilt  the system's own R packages fit it
 * @property {boolean} writable  its library can be installed to as who we are
 * @property {string[]} missing
 */

/**
 * What one call of Rscript says, on lines that start with @ (a user's .Rprofile may print others): version, home,
 * whether the library is writable, then the missing packages.
 * @param {string | undefined} answer
 * @param {string[]} packages
 * @returns {RState}
 */
export function readProbe(answer, packages) {
  if (answer === undefined) return { found: false, prebuilt: true, writable: false, missing: packages };
  const said = answer.split('\n').filter((line) => line.startsWith('@'));
  const [version = '', home, writable, ...missing] = said.map((line) => line.slice(1));
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
 * @param {string} again  the command that a person runs once more after following instructions
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
    prebuilt = false; // what is still missing, the system does not have
  }
  const asRoot = state.writable ? [] : system.asRoot;
  if (state.found && state.missing.length > 0 && asRoot !== undefined) {
    // R warns where a package could not be installed, and only fails when it is then asked for.
    const load = state.missing.map((name) => `loadNamespace("${name}")`).join('; ');
    const call = [...asRoot, rscript, '-e', `${cranCall(state.missing)}; ${load}`];
    await mustRun(`Installing R packages from CRAN (${state.missing.join(', ')})`, call, {
      advice: explain(),
    });
    state = probe(packages);
  }
  if (!state.found || state.missing.length > 0) throw new SetupError(explain());
}
