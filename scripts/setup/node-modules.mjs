/** Installs the npm packages of the lock file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages by folder
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
 * Whether node_modules matches the lock file. This compares npm's own record of the installed packages, not file times,
 * because a checkout changes those.
 * @param {string} root
 */
export function nodeModulesFit(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([folder, { version, optional, devOptional, link }]) => {
    if (folder === '' || link) return true;
    const there = installed[folder];
    // npm does not install optional packages for other platforms.
    if (there === undefined) return optional === true || devOptional === true;
    return there.version === version && existsSync(join(root, folder, 'package.json'));
  });
}

/**
 * Installs the locked versions. `npm ci` would reject the lock file, because it lacks optional packages for other
 * platforms, which some registries do not have.
 * @param {string} root
 */
export async function setUpNodeModules(root) {
  if (nodeModulesFit(root)) return;
  const words = ['npm', 'install', '--no-save', '--no-audit', '--no-fund'];
  await mustRun('Installing npm packages', words, { cwd: root });
}
