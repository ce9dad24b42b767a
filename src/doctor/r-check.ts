import type { RAnswer, RSilence } from './ask-r.js';
import type { Finding } from './finding.js';

const leastMajor = 4;

/** R itself, and plumber in it. */
export function checkR(answer: RAnswer, rscript: string): Finding[] {
  const { version, program, plumber, packages } = answer;
  const where = rscript === 'Rscript' ? program : rscript;
  const r: Finding =
    Number.parseInt(version, 10) >= leastMajor
      ? { status: 'ok', title: `R ${version} (${where})` }
      : {
          status: 'missing',
          title: `R ${version} (${where}) is too old: ${leastMajor}.0 or newer is needed`,
          fix: ['Install a newer R, or name its Rscript with --rscript.'],
        };
  const installed = packages.some(({ name, installed }) => name === 'plumber' && installed);
  if (plumber.loads || !installed) return [r];
  // A missing plumber is told with the other packages; this one is there but broken.
  return [
    r,
    {
      status: 'missing',
      title: 'plumber is installed, but cannot be loaded',
      details: lines(plumber.message ?? ''),
      fix: ['Rscript -e \'install.packages("plumber")\''],
    },
  ];
}

export function reportSilence({ absent, output }: RSilence, rscript: string): Finding {
  if (absent) {
    return {
      status: 'missing',
      title: `R was not found: there is no program ${rscript} that can be run`,
      fix: [
        'apt-get install r-base-core',
        'Or install R from https://cran.r-project.org, or name its Rscript with --rscript.',
      ],
    };
  }
  return {
    status: 'missing',
    title: `R (${rscript}) starts, but fails in this folder`,
    details: lines(output).slice(-10),
    fix: ["Look at the project's .Rprofile and at R_PROFILE_USER: R runs them first."],
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
