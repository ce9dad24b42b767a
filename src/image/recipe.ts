import { appArgument, appName } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import type { RAnswer } from '../doctor/ask-r.js';
import { version } from '../version.js';
import { partByDebian } from './debian-packages.js';
import { withDependencies } from './dependencies.js';
import { readRenvLock } from './renv-lock.js';
import { buildLibraries, runPrograms } from './system-libraries.js';

/** Where R comes from: a rocker/r-ver image of one version of R, or Debian with its prebuilt R packages. */
export type BaseKind = 'r-ver' | 'debian';

/** Everything that a Dockerfile of ours depends on. */
export interface Recipe {
  readonly name: string;
  readonly penstock: string;
  readonly base: BaseKind;
  readonly baseImage: string;
  readonly nodeImage: string;
  /** What `penstock serve` is told inside the image. */
  readonly argument: string;
  /** Whether renv.lock says which packages there are, and in which versions. */
  readonly locked: boolean;
  /** Debian's packages of R packages. */
  readonly prebuilt: readonly string[];
  /** R packages that are installed by name, from the snapshot of CRAN that the base fixes. */
  readonly cran: readonly string[];
  /** Debian's packages for building `cran`, or what the lock file lists. */
  readonly buildLibraries: readonly string[];
  /** Debian's packages that R packages call while they run. */
  readonly programs: readonly string[];
}

export interface RecipeInput {
  readonly app: AppLocation;
  readonly base: BaseKind;
  /** In the place of the base's and of Node's usual image. */
  readonly baseImage?: string | undefined;
  readonly nodeImage?: string | undefined;
  /** What R says of the app; undefined where there is no R. */
  readonly answer: Pick<RAnswer, 'version' | 'packages' | 'libraries'> | undefined;
  /** R packages that the configuration names. */
  readonly packages?: readonly string[];
}

const debianImage = 'docker.io/library/debian:12.11-slim';
const nodeImage = 'docker.io/library/node:22.20.0-bookworm-slim';
/** For an app whose R nobody knows: a lock file without it, on a machine without R. */
const usualR = '4.4.3';

/** Works out what goes into the image of an app, and what the user should know of it. */
export function planImage(input: RecipeInput): { recipe: Recipe; warnings: string[] } {
  const { app, answer, base } = input;
  const lock = readRenvLock(app.directory);
  const used = [...new Set([...namesOf(answer), ...(input.packages ?? [])])];
  const beyondLock = lock === undefined ? used : used.filter((name) => !lock.packages.includes(name));
  // With a lock file Debian's versions are not asked for: the packages fit each other only as it says.
  const { prebuilt, others } =
    base === 'debian' && lock === undefined ? partByDebian(beyondLock) : { prebuilt: [], others: beyondLock };
  const built = withDependencies([...others, ...(lock?.packages ?? [])], answer?.libraries ?? []);
  const r = lock?.r ?? answer?.version ?? usualR;
  const recipe: Recipe = {
    name: appName(app),
    penstock: version,
    base,
    baseImage: input.baseImage ?? (base === 'debian' ? debianImage : `docker.io/rocker/r-ver:${r}`),
    nodeImage: input.nodeImage ?? nodeImage,
    argument: appArgument(app, '/app'),
    locked: lock !== undefined,
    prebuilt: prebuilt.sort(),
    cran: others.sort(),
    buildLibraries: buildLibraries(built),
    programs: runPrograms(built),
  };
  return { recipe, warnings: warningsOf(recipe, lock?.r) };
}

/** What the code can do without is taken along where it is installed. */
function namesOf(answer: RecipeInput['answer']): string[] {
  const packages = answer?.packages ?? [];
  return packages.filter(({ installed, required }) => installed || required).map(({ name }) => name);
}

function warningsOf({ base, baseImage, cran, locked }: Recipe, lockedR: string | undefined): string[] {
  const warnings: string[] = [];
  if (locked && cran.length > 0) {
    warnings.push(`renv.lock does not have ${cran.join(', ')}, which the app needs: taken from CRAN.`);
  }
  if (locked && base === 'debian' && lockedR !== undefined) {
    warnings.push(
      `renv.lock was made with R ${lockedR}; ${baseImage} has Debian's R, and every package is built from source.`,
    );
  }
  return warnings;
}
