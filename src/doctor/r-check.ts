import type { RAnswer, RFailure } from './ask-r.js';
import type { Finding } from './finding.js';

const minimumMajor = 4;

/** Checks the version of R, and whether the package that serves the app loads. */
export function checkR(answer: RAnswer, rscript: string): Finding[] {
  const { version, program, engine, packages } = answer;
  const where = rscript === 'Rscript' ? program : rscript;
  const r: Finding =
    Number.parseInt(version, 10) >= minimumMajor
      ? { status: 'ok', title: `R ${version} (${where})` }
      : {
          status: 'missing',
          title: `R ${version} (${where}) is too old: Penstock requires ${minimumMajor}.0 or later`,
          fix: ['Install a newer R, or set the path of its Rscript with --rscript.'],
        };
  const installed = packages.some(({ name, installed }) => name === engine.name && installed);
  if (engine.loads || !installed) return [r];
  // The check of packages reports a missing one. Here it is installed but broken.
  return [
    r,
    {
      status: 'missing',
      title: `${engine.name} is installed but does not load`,
      details: lines(engine.message ?? ''),
      fix: [`Rscript -e 'install.packages("${engine.name}")'`],
    },
  ];
}

export function reportRFailure({ absent, output }: RFailure, rscript: string): Finding {
  if (absent) {
    return {
      status: 'missing',
      title: `R was not found: cannot run ${rscript}`,
      fix: [
        'apt-get install r-base-core',
        'Or install R from https://cran.r-project.org, or set the path of its Rscript with --rscript.',
      ],
    };
  }
  return {
    status: 'missing',
    title: `R (${rscript}) starts but fails in this folder`,
    details: lines(output).slice(-10),
    fix: ["Check the project's .Rprofile and the file in R_PROFILE_USER. R runs them at startup."],
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
