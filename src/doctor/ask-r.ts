import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppLocation } from '../app/find-app.js';
import type { Hazard } from '../app/manifest.js';
import { installed } from '../installation.js';
import { readRData, toPlain } from '../rdata/index.js';

const script = installed('r/doctor.R');
const patience = 120_000;

/** A package that the app needs. */
export interface RPackage {
  readonly name: string;
  readonly installed: boolean;
  /** What is installed. */
  readonly version: string | null;
  /** What renv.lock or DESCRIPTION asks for. */
  readonly wanted: string | null;
  /** False when the code copes without it. */
  readonly required: boolean;
  /** Where it is first used; null for what Penstock itself needs. */
  readonly file: string | null;
  readonly line: number | null;
}

/** What R says of itself and of the app. */
export interface RAnswer {
  readonly version: string;
  readonly program: string;
  /** Where R looks for packages, in its order. */
  readonly libraries: readonly string[];
  /** Whether the project keeps its packages with renv. */
  readonly renv: boolean;
  readonly plumber: { readonly loads: boolean; readonly message: string | null };
  readonly packages: readonly RPackage[];
  /** Files that R cannot parse; a saved model that can't be served has no line. */
  readonly errors: readonly {
    readonly file: string;
    readonly line: number | null;
    readonly message: string;
  }[];
  readonly hazards: readonly Hazard[];
}

/** R did not answer: `absent` when there is no such program, else what it printed. */
export interface RSilence {
  readonly absent: boolean;
  readonly output: string;
}

/** Runs R as a worker would: in the app's folder, with the project's own .Rprofile. */
export async function askR(
  rscript: string,
  app: AppLocation | undefined,
  cwd: string,
): Promise<RAnswer | RSilence> {
  const directory = app?.directory ?? cwd;
  const folder = await mkdtemp(join(tmpdir(), 'penstock-doctor-'));
  try {
    const result = join(folder, 'answer');
    const args = [script, result, directory, ...(app === undefined ? [] : [app.file])];
    const silence = await run(rscript, args, directory);
    if (silence !== undefined) return silence;
    return answerFrom(await readFile(result));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): Promise<RSilence | undefined> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, timeout: patience, maxBuffer: 16 * 1024 ** 2 },
      (error, stdout, stderr) => {
        if (error === null) return resolve(undefined);
        const absent = ['ENOENT', 'EACCES'].includes(String(error.code));
        const printed = `${stdout}\n${stderr}`.trim();
        const stopped = error.killed ? `No answer within ${patience / 1000} s.` : error.message;
        resolve({ absent, output: absent || printed === '' ? stopped : printed });
      },
    );
  });
}

/** The answer as R wrote it; NULL stands for an empty list. */
function answerFrom(bytes: Uint8Array): RAnswer {
  const answer = toPlain(readRData(bytes)) as RAnswer & { needs: Pick<RAnswer, 'packages' | 'errors'> };
  const { version, program, libraries, renv, plumber, needs, hazards } = answer;
  return {
    version,
    program,
    libraries,
    renv,
    plumber,
    packages: needs.packages,
    errors: needs.errors,
    hazards: hazards ?? [],
  };
}
