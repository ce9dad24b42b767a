// Runs plumber's own tests with its router as workers run it. Debian's package of plumber contains them; where it is not
// installed, and with --newest, they come with the newest plumber on CRAN.
//
//   node scripts/test-plumber.mjs [--newest]
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/root.mjs';
import { cranLibrary, statusOf } from './testing/cran-library.mjs';

const OF_DEBIAN = '/usr/share/doc/r-cran-plumber/tests/testthat';

/**
 * The newest plumber in a library, and its tests.
 * @returns {{ tests: string, library: string }}
 */
function newest() {
  const library = cranLibrary('r-newest', ['httpuv', 'plumber']);
  const sources = join(root, '.penstock', 'plumber-source');
  mkdirSync(sources, { recursive: true });
  const download = `
    args <- commandArgs(TRUE)
    version <- packageVersion("plumber", lib.loc = args[1])
    file <- file.path(args[2], paste0("plumber_", version, ".tar.gz"))
    if (!file.exists(file)) download.packages("plumber", args[2], type = "source")
    unlink(file.path(args[2], "plumber"), recursive = TRUE)
    untar(file, exdir = args[2])
  `;
  if (statusOf('Rscript', ['--vanilla', '-e', download, library, sources]) !== 0) process.exit(1);
  return { tests: join(sources, 'plumber/tests/testthat'), library };
}

const fromDebian = existsSync(OF_DEBIAN) && !process.argv.includes('--newest');
const { library, tests } = fromDebian ? { tests: OF_DEBIAN, library: undefined } : newest();
// They write into their folder, and Debian has compressed some of them.
const copy = mkdtempSync(join(tmpdir(), 'plumber-tests-'));
try {
  cpSync(tests, copy, { recursive: true });
  statusOf('gunzip', ['-rqf', copy]);
  process.exitCode = statusOf('Rscript', ['scripts/testing/plumber-suite.R', copy], {
    NOT_CRAN: 'true',
    ...(library !== undefined && { R_LIBS: [library, process.env.R_LIBS].filter(Boolean).join(':') }),
  });
} finally {
  rmSync(copy, { recursive: true, force: true });
}
