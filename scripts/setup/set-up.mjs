/** Installs and builds everything needed to run or test Penstock from a checkout. */
import { setUpDist } from './dist.mjs';
import { setUpModel } from './model.mjs';
import { setUpNodeModules } from './node-modules.mjs';
import { setUpR } from './r.mjs';
import { root } from './root.mjs';
import { SetupError } from './setup-error.mjs';

export const oldestNode = [20, 19];

/** @param {string} version */
export function nodeIsNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * Skips completed steps. Takes less than a second if there is nothing to do.
 * @param {{ rPackages: string[], again: string }} options again: the command to run after following instructions
 */
export async function setUp({ rPackages, again }) {
  if (!nodeIsNewEnough(process.versions.node)) {
    throw new SetupError(
      `Penstock requires Node ${oldestNode.join('.')} or later. This is Node ${process.versions.node}.`,
    );
  }
  // R comes first, so that the user gets its instructions without waiting for the other steps.
  await setUpR(rPackages, again);
  await setUpNodeModules(root);
  await setUpDist(root);
  await setUpModel(root);
}
