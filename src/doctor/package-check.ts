import { execFile } from 'node:child_process';
import type { RAnswer, RPackage } from './ask-r.js';
import type { Finding } from './finding.js';

/** Returns the names that apt can install. */
export type KnownToApt = (packages: readonly string[]) => Promise<ReadonlySet<string>>;

/** Checks the R packages of the app, and suggests how to install missing ones. */
export async function checkPackages(answer: RAnswer, knownToApt: KnownToApt = askApt): Promise<Finding[]> {
  const { packages, renv } = answer;
  const present = packages.filter(({ installed }) => installed);
  const findings: Finding[] = [];
  if (present.length > 0)
    findings.push({ status: 'ok', title: `${count(present.length)} installed: ${listed(present)}` });

  const missing = packages.filter(({ installed, required }) => !installed && required);
  if (missing.length > 0) {
    findings.push({
      status: 'missing',
      title: `${count(missing.length)} missing: ${missing.map(place).join(', ')}`,
      fix: await waysToInstall(missing, renv, knownToApt),
    });
  }
  const optional = packages.filter(({ installed, required }) => !installed && !required);
  if (optional.length > 0) {
    findings.push({
      status: 'note',
      title: `${count(optional.length)} missing, but optional: ${optional.map(place).join(', ')}`,
    });
  }
  const other = present.filter((one) => !isVersion(one));
  if (other.length > 0) {
    findings.push({
      status: 'warning',
      title: `${count(other.length)} installed in a different version than required`,
      details: other.map(
        ({ name, version, wanted, file }) => `${name} ${version}, but ${file} requires ${wanted}`,
      ),
      ...(renv && { fix: [restore] }),
    });
  }
  return findings;
}

const restore = "Rscript -e 'renv::restore()'";

/** Prefers apt, which takes seconds. Packages from CRAN may have to be compiled. */
async function waysToInstall(
  missing: readonly RPackage[],
  renv: boolean,
  knownToApt: KnownToApt,
): Promise<string[]> {
  if (renv) return [restore];
  const known = await knownToApt(missing.flatMap(debianNames));
  const byApt = missing.flatMap((one) =>
    debianNames(one)
      .filter((name) => known.has(name))
      .slice(0, 1),
  );
  const byCran = missing
    .filter((one) => !debianNames(one).some((name) => known.has(name)))
    .map(({ name }) => `"${name}"`);
  const names = byCran.length === 1 ? byCran[0] : `c(${byCran.join(', ')})`;
  return [
    ...(byApt.length > 0 ? [`apt-get install ${byApt.join(' ')}`] : []),
    ...(byCran.length > 0 ? [`Rscript -e 'install.packages(${names})'`] : []),
  ];
}

/** Debian's names for CRAN and Bioconductor packages. */
function debianNames({ name }: RPackage): string[] {
  const lower = name.toLowerCase();
  return [`r-cran-${lower}`, `r-bioc-${lower}`];
}

/** `apt-cache show` prints a record for each known name, and an error for each unknown one. */
const askApt: KnownToApt = (packages) =>
  new Promise((resolve) => {
    const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: 20_000, maxBuffer: 16 * 1024 ** 2 };
    execFile('apt-cache', ['show', '--no-all-versions', ...packages], options, (_, stdout) => {
      resolve(new Set(Array.from(stdout.matchAll(/^Package: (\S+)$/gm), (match) => match[1]!)));
    });
  });

/** "1.2.3" requires exactly this version, ">= 1.2" this version or a later one. */
export function isVersion({ version, wanted }: Pick<RPackage, 'version' | 'wanted'>): boolean {
  if (version === null || wanted === null) return true;
  const [, operator = '==', number = ''] = /^(>=|<=|==|>|<)?\s*(.*)$/.exec(wanted) ?? [];
  const order = compareVersions(version, number);
  return (
    { '==': order === 0, '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0 }[operator] ??
    true
  );
}

/** R treats dots and dashes in versions alike. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(/[.-]/).map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function count(number: number): string {
  return number === 1 ? '1 R package' : `${number} R packages`;
}

function listed(packages: readonly RPackage[]): string {
  const shown = packages.slice(0, 8).map(({ name, version }) => `${name} ${version}`);
  return `${shown.join(', ')}${packages.length > 8 ? ` and ${packages.length - 8} more` : ''}`;
}

function place({ name, file, line }: RPackage): string {
  return file === null ? name : `${name} (${file}${line === null ? '' : `:${line}`})`;
}
