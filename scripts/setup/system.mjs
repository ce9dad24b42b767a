/** What machine this is, as far as installing R on it goes. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {'debian' | 'fedora' | 'macos' | 'windows' | 'other'} Family systems that install alike
 * @typedef {object} System
 * @property {Family} family
 * @property {string[] | undefined} asRoot words to put before a command that needs root; undefined: no way to be root
 */

/** @type {Record<string, Family>} */
const families = {
  debian: 'debian',
  ubuntu: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  centos: 'fedora',
};

/**
 * The family from the text of /etc/os-release: its own ID first, then those it says it is like.
 * @param {string} osRelease
 * @returns {Family}
 */
export function linuxFamily(osRelease) {
  /** @param {string} key */
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  const ids = [value('ID'), ...value('ID_LIKE').split(/\s+/)];
  for (const id of ids) {
    const family = families[id];
    if (family !== undefined) return family;
  }
  return 'other';
}

/** @returns {Family} */
function familyOfThisMachine() {
  if (process.platform === 'darwin') return 'macos';
  if (process.platform === 'win32') return 'windows';
  try {
    return linuxFamily(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return 'other';
  }
}

/** sudo counts only when it asks nothing: set-up also runs where nobody can type a password. */
function waysToBeRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

/** @returns {System} */
export function thisSystem() {
  return { family: familyOfThisMachine(), asRoot: waysToBeRoot() };
}
