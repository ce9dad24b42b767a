/** Packages of Debian and Ubuntu. */
import { answerOf, mustRun, run } from './command.mjs';

/**
 * Returns the packages that apt can install on this machine.
 * @param {string[]} names
 */
function availableFromApt(names) {
  const policy = answerOf(['apt-cache', 'policy', ...names]) ?? '';
  return names.filter((name) => new RegExp(`^${name}:\n.*\n  Candidate: (?!\\(none\\))`, 'm').test(policy));
}

/**
 * Installs the packages that are available.
 * @param {string[]} asRoot prefix of commands that need root
 * @param {string[]} names
 * @param {string} label
 */
export async function installFromApt(asRoot, names, label) {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  const update = [...asRoot, 'apt-get', 'update'];
  // A new container has no package lists. Old lists may name versions that no longer exist.
  if (availableFromApt(names).length < names.length) await run('Refreshing the package lists', update);
  const available = availableFromApt(names);
  if (available.length === 0) return;
  const install = [
    ...asRoot,
    ...environment,
    ...['apt-get', 'install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'],
    ...available,
  ];
  if ((await run(label, install)).ok) return;
  await mustRun('Refreshing the package lists', update);
  await mustRun(label, install);
}
