/**
 * npm run build:r-package: the R package, with the built gateway inside. `-- --check` checks it as CRAN does, `-- --site`
 * builds its web site.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyPayload } from './release/payload.mjs';
import { checksum, releaseFolder, version } from './release/release.mjs';
import { mustRun } from './setup/command.mjs';
import { rscript } from './setup/r.mjs';
import { packagesToBuildOurs, packagesToRun } from './setup/r-packages.mjs';
import { root } from './setup/root.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript, SetupError } from './setup/setup-error.mjs';

await runScript(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, site: { type: 'boolean' } } });
  await setUp({
    rPackages: [...packagesToRun, ...packagesToBuildOurs, ...(values.site === true ? ['pkgdown'] : [])],
    again: 'npm run build:r-package',
  });
  const source = join(root, 'r-package');
  const described = /^Version: (.*)$/m.exec(readFileSync(join(source, 'DESCRIPTION'), 'utf8'))?.[1];
  if (described !== version) {
    throw new SetupError(`r-package/DESCRIPTION has version ${described}, package.json ${version}.`);
  }
  await mustRun(
    'Documentation (roxygen2)',
    [...[rscript, '-e'], 'roxygen2::roxygenize("r-package", load_code = roxygen2::load_source)'],
    { cwd: root },
  );
  const work = mkdtempSync(join(tmpdir(), 'penstock-r-package-'));
  try {
    cpSync(source, join(work, 'penstock'), { recursive: true });
    copyPayload(join(work, 'penstock', 'inst', 'gateway'));
    await mustRun('R CMD build', ['R', 'CMD', 'build', join(work, 'penstock')], { cwd: work });
    mkdirSync(releaseFolder, { recursive: true });
    const name = `penstock_${version}.tar.gz`;
    cpSync(join(work, name), join(releaseFolder, name));
    checksum(join(releaseFolder, name));
    console.log(join(releaseFolder, name));
    if (values.check === true) {
      // The manual needs LaTeX.
      const check = ['R', 'CMD', 'check', '--as-cran', '--no-manual', `--output=${work}`, join(work, name)];
      await mustRun('R CMD check --as-cran', check, {
        cwd: work,
        env: { ...process.env, _R_CHECK_CRAN_INCOMING_REMOTE_: 'false' },
      });
      console.log(readFileSync(join(work, 'penstock.Rcheck', '00check.log'), 'utf8'));
    }
    if (values.site === true) {
      const target = JSON.stringify(join(releaseFolder, 'site'));
      const code =
        `options(pkgdown.internet = FALSE); pkgdown::build_site(${JSON.stringify(join(work, 'penstock'))}, ` +
        `override = list(destination = ${target}), preview = FALSE, devel = FALSE)`;
      await mustRun('The web site (pkgdown)', [rscript, '-e', code], { cwd: work });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
