/** npm's dependencies: exactly those of the lock file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages by the folder they go to
 */

/**
 * @param {string} file
 * @returns {LockedPackages | undefined}
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds what the lock file says. npm keeps its own record of what it installed, so nothing of
 * ours can go stale; times are not compared, since a checkout changes them at will.
 * @param {string} root
 */
export function nodeModulesFit(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([folder, { version, optional, devOptional, link }]) => {
    if (folder === '' || link) return true;
    const there = installed[folder];
    // npm leaves out optional packages made for other platforms.
    if (there === undefined) return optional === true || devOptional === true;
    return there.version === version && existsSync(join(root, folder, 'package.json'));
  });
}

/**
 * Installs the locked versions. Not `npm ci`: that refuses a lock file in which optional packages of other platforms
 * are missing, and some registries do not hold them.
 * @param {string} root
 */
export async function setUpNodeModules(root) {
  if (nodeModulesFit(root)) return;
  const words = ['npm', 'install', '--no-save', '--no-audit', '--no-fund'];
  await mustRun('Installing npm packages', words, { cwd: root });
}
