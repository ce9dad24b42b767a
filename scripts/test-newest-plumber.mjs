// Runs the fidelity suite against the newest plumber and httpuv on CRAN, in a library of their own.
//
//   node scripts/test-newest-plumber.mjs [arguments of vitest]
//
// The library is kept in .penstock/ and brought up to date on every run; compiling httpuv takes some minutes once.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const library = join(root, '.penstock', 'r-newest');
mkdirSync(library, { recursive: true });

const install = `
  library <- commandArgs(TRUE)[1]
  .libPaths(c(library, .libPaths()))
  if (any(getOption("repos") == "@CRAN@")) chooseCRANmirror(ind = 1, local.only = TRUE)
  repos <- getOption("repos")
  newest <- available.packages(repos = repos)[c("httpuv", "plumber"), "Version"]
  have <- installed.packages(lib.loc = library, noCache = TRUE)[, "Version"]
  wanted <- names(newest)[is.na(have[names(newest)]) | have[names(newest)] != newest]
  if (length(wanted)) install.packages(wanted, lib = library, repos = repos)
  have <- installed.packages(lib.loc = library, noCache = TRUE)[, "Version"]
  if (!all(names(newest) %in% names(have))) quit(status = 1)
  cat(paste(names(newest), have[names(newest)], collapse = ", "), "\\n")
`;

/** @type {(command: string, args: string[], env?: Record<string, string>) => void} */
function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

// Compiling is not urgent: leave the machine to whoever works on it.
run('nice', [
  '-n',
  '10',
  'Rscript',
  '--vanilla',
  '-e',
  install.trim().replaceAll(/\s*\n\s*/g, '; '),
  library,
]);
run('npx', ['vitest', 'run', 'test/fidelity', ...process.argv.slice(2)], { PENSTOCK_TEST_R_LIBS: library });
