/** Everything that must be there before Penstock can be served or tested from a checkout. */
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
 * Does only what is left to do: under a second when nothing is.
 * @param {{ rPackages: string[], again: string }} options again: the command to run once more after instructions
 */
export async function setUp({ rPackages, again }) {
  if (!nodeIsNewEnough(process.versions.node)) {
    throw new SetupError(
      `Penstock needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`,
    );
  }
  // R first: where it can't be installed, a person is told before waiting for anything else.
  await setUpR(rPackages, again);
  await setUpNodeModules(root);
  await setUpDist(root);
  await setUpModel(root);
}
