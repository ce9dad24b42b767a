/** Packages from Debian and Ubuntu. */
import { answerOf, mustRun, run } from './command.mjs';

/**
 * Debian's packages that this machine's apt can install.
 * @param {string[]} names
 */
function availableFromApt(names) {
  const policy = answerOf(['apt-cache', 'policy', ...names]) ?? '';
  return names.filter((name) => new RegExp(`^${name}:\n.*\n  Candidate: (?!\\(none\\))`, 'm').test(policy));
}

/**
 * Installs those that there are.
 * @param {string[]} asRoot words to put before a command that needs root
 * @param {string[]} names
 * @param {string} label
 */
export async function installFromApt(asRoot, names, label) {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  const update = [...asRoot, 'apt-get', 'update'];
  // A fresh container has no package lists at all, an old one lists of versions that are gone.
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
