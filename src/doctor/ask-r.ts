import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enginePackage } from '../app/engine-package.js';
import { type AppLocation, startFolder } from '../app/find-app.js';
import type { Hazard } from '../app/manifest.js';
import { installed } from '../installation.js';
import { readRData, toPlain } from '../rdata/index.js';

const script = installed('r/doctor.R');
const R_TIMEOUT_MS = 120_000;

/** A package that the app uses. */
export interface RPackage {
  readonly name: string;
  readonly installed: boolean;
  /** The installed version. */
  readonly version: string | null;
  /** The version that renv.lock or DESCRIPTION requires. */
  readonly wanted: string | null;
  /** False if the code also works without it. */
  readonly required: boolean;
  /** Where it is first used; null for packages that Penstock needs. */
  readonly file: string | null;
  readonly line: number | null;
}

/** What R reports about itself and the app. */
export interface RAnswer {
  readonly version: string;
  readonly program: string;
  /** R's library paths, in search order. */
  readonly libraries: readonly string[];
  /** Whether the project uses renv. */
  readonly renv: boolean;
  /** The package that serves the app. */
  readonly engine: { readonly name: string; readonly loads: boolean; readonly message: string | null };
  readonly packages: readonly RPackage[];
  /** Files that R cannot parse, and saved models that cannot be served. Models have no line. */
  readonly errors: readonly {
    readonly file: string;
    readonly line: number | null;
    readonly message: string;
  }[];
  readonly hazards: readonly Hazard[];
  /** Files that the app reads outside of its folder, as far as its code names them. */
  readonly outside: readonly string[];
}

/** R could not be run. */
export interface RFailure {
  /** There is no such program. */
  readonly absent: boolean;
  /** What R printed, or the system's error. */
  readonly output: string;
}

/** Runs R as a worker would: in the app's project, with its own .Rprofile. */
export async function askR(
  rscript: string,
  app: AppLocation | undefined,
  cwd: string,
): Promise<RAnswer | RFailure> {
  const directory = app?.directory ?? cwd;
  const folder = await mkdtemp(join(tmpdir(), 'penstock-doctor-'));
  try {
    const result = join(folder, 'answer');
    const engine = app === undefined ? 'plumber' : enginePackage(app);
    const args = [script, result, directory, engine, ...(app === undefined ? [] : [app.file])];
    const failure = await run(rscript, args, app === undefined ? cwd : startFolder(app));
    if (failure !== undefined) return failure;
    return answerFrom(await readFile(result));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): Promise<RFailure | undefined> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, timeout: R_TIMEOUT_MS, maxBuffer: 16 * 1024 ** 2 },
      (error, stdout, stderr) => {
        if (error === null) return resolve(undefined);
        const absent = ['ENOENT', 'EACCES'].includes(String(error.code));
        const printed = `${stdout}\n${stderr}`.trim();
        const stopped = error.killed ? `R did not answer within ${R_TIMEOUT_MS / 1000} s.` : error.message;
        resolve({ absent, output: absent || printed === '' ? stopped : printed });
      },
    );
  });
}

/** Reads the answer that R wrote. R writes an empty list of hazards as NULL. */
function answerFrom(bytes: Uint8Array): RAnswer {
  const answer = toPlain(readRData(bytes)) as RAnswer & {
    needs: Pick<RAnswer, 'packages' | 'errors'>;
    outside: string | string[] | null;
  };
  const { version, program, libraries, renv, engine, needs, hazards, outside } = answer;
  return {
    version,
    program,
    libraries,
    renv,
    engine,
    packages: needs.packages,
    errors: needs.errors,
    hazards: hazards ?? [],
    outside: [outside ?? []].flat(),
  };
}
