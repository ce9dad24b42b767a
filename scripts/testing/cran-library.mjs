/** Packages of CRAN in a library of the checkout's own, under .penstock/, for tests that are run now and then. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * Brings the newest versions into a library, which is kept; compiling takes some minutes once. Ends the program with
 * the code of what fails.
 * @param {string} name of the library
 * @param {string[]} packages
 * @returns {string} the library
 */
export function cranLibrary(name, packages) {
  const library = join(root, '.penstock', name);
  mkdirSync(library, { recursive: true });
  const install = `
    library <- commandArgs(TRUE)[1]
    wanted <- commandArgs(TRUE)[-1]
    .libPaths(c(library, .libPaths()))
    if (any(getOption("repos") == "@CRAN@")) chooseCRANmirror(ind = 1, local.only = TRUE)
    repos <- getOption("repos")
    newest <- available.packages(repos = repos)[wanted, "Version"]
    have <- installed.packages(lib.loc = library, noCache = TRUE)[, "Version"]
    old <- wanted[is.na(have[wanted]) | have[wanted] != newest]
    if (length(old)) install.packages(old, lib = library, repos = repos)
    have <- installed.packages(lib.loc = library, noCache = TRUE)[, "Version"]
    if (!all(wanted %in% names(have))) quit(status = 1)
    cat(paste(wanted, have[wanted], collapse = ", "), "\\n")
  `;
  // Compiling is not urgent: leave the machine to whoever works on it.
  const script = install.trim().replaceAll(/\s*\n\s*/g, '; ');
  run('nice', ['-n', '10', 'Rscript', '--vanilla', '-e', script, library, ...packages]);
  return library;
}

/**
 * Those of the packages that R finds.
 * @param {string[]} names
 * @returns {string[]}
 */
export function installedOf(names) {
  const code = 'cat(Filter(function(name) nzchar(system.file(package = name)), commandArgs(TRUE)))';
  const { stdout } = spawnSync('Rscript', ['-e', code, ...names], { encoding: 'utf8' });
  return stdout.split(' ');
}

/**
 * Runs vitest as it is run by hand, and ends the program with its code if that is not 0.
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
export function runVitestWith(args, env) {
  run('npx', ['vitest', 'run', ...args], env);
}

/** @type {(command: string, args: string[], env?: Record<string, string>) => void} */
function run(command, args, env) {
  const status = statusOf(command, args, env);
  if (status !== 0) process.exit(status);
}

/**
 * Runs a command in the checkout, with its output shown, and returns its exit code.
 * @type {(command: string, args: string[], env?: Record<string, string>) => number}
 */
export function statusOf(command, args, env = {}) {
  const { error, status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  return status ?? 1;
}
