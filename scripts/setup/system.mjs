/** The system of this machine, as needed to install R. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {'debian' | 'fedora' | 'macos' | 'windows' | 'other'} Family systems with the same package manager
 * @typedef {object} System
 * @property {Family} family
 * @property {string[] | undefined} asRoot prefix of commands that need root; undefined if root access is impossible
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
 * Determines the family from the text of /etc/os-release: first ID, then ID_LIKE.
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

/** Uses sudo only if it needs no password, because set-up also runs unattended. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

/** @returns {System} */
export function thisSystem() {
  return { family: familyOfThisMachine(), asRoot: rootPrefix() };
}
