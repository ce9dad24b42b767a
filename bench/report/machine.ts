import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** The hardware and software of the measurement, one line each. */
export function describeMachine(): string[] {
  const processors = cpus();
  const packages =
    'cat(sprintf("%s %s", p <- c("plumber", "httpuv", "jsonlite"), sapply(p, function(n) as.character(packageVersion(n)))), sep = ", ")';
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${gibibytes(totalmem())} GiB of memory`,
    `${system()}, Linux ${release()}`,
    `Node ${process.versions.node}`,
    `R ${outputOf('Rscript', ['-e', 'cat(as.character(getRversion()))'])}, ${outputOf('Rscript', ['-e', packages])}`,
    `${firstMatch(outputOf('haproxy', ['-v']), /HAProxy version [\d.]+/)}, ${firstMatch(outputOf('wrk', ['-v']), /wrk [\d.]+\d/)}`,
  ];
}

const gibibytes = (bytes: number) => Math.round(bytes / 2 ** 30);

const firstMatch = (text: string, pattern: RegExp) => pattern.exec(text)?.[0] ?? 'unknown version';

function system(): string {
  const text = readFileSync('/etc/os-release', 'utf8');
  return /^PRETTY_NAME="(.*)"$/m.exec(text)?.[1] ?? 'Linux';
}

/** Returns the output even if the command fails, because `wrk -v` prints its version and exits with an error. */
function outputOf(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? '');
  }
}
