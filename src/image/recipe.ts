import { appArgument, appName } from '../app/app-files.js';
import { type AppLocation, startFolder } from '../app/find-app.js';
import type { RAnswer } from '../doctor/ask-r.js';
import { PenstockError } from '../errors.js';
import { version } from '../version.js';
import { splitByDebian } from './debian-packages.js';
import { withDependencies } from './dependencies.js';
import { packageSources } from './package-sources.js';
import { readRenvLock } from './renv-lock.js';
import { buildLibraries, runPrograms } from './system-libraries.js';

/** The source of R: the rocker/r-ver image of an R version, or Debian with its prebuilt R packages. */
export type BaseKind = 'r-ver' | 'debian';

export const defaultBase: BaseKind = 'r-ver';

/** The input of the Dockerfile. */
export interface Recipe {
  readonly name: string;
  readonly penstock: string;
  readonly base: BaseKind;
  readonly baseImage: string;
  readonly nodeImage: string;
  /** The argument of `penstock serve` inside the image. */
  readonly argument: string;
  /** Whether renv.lock determines the packages and their versions. */
  readonly locked: boolean;
  /** Whether it contains packages that are not from CRAN, which may need a token. */
  readonly lockedRemotes: boolean;
  /** Debian packages that contain R packages. */
  readonly prebuilt: readonly string[];
  /** R packages to install by name, from the CRAN snapshot of the base image. */
  readonly cran: readonly string[];
  /** R calls that install packages from GitHub and similar, each at a commit. */
  readonly remotes: readonly string[];
  /** Packages that the user has to install, and where they were installed from. */
  readonly unusable: ReadonlyMap<string, string>;
  /** Debian packages needed to build the packages in `cran` and in the lock file. */
  readonly buildLibraries: readonly string[];
  /** Debian packages that R packages need at run time. */
  readonly programs: readonly string[];
}

export interface RecipeInput {
  readonly app: AppLocation;
  readonly base: BaseKind;
  /** Images to use instead of the defaults. */
  readonly baseImage?: string | undefined;
  readonly nodeImage?: string | undefined;
  /** What R reports about the app; undefined if R is not installed. */
  readonly answer: Pick<RAnswer, 'version' | 'packages' | 'libraries'> | undefined;
  /** R packages listed in the configuration. */
  readonly packages?: readonly string[];
}

const debianImage = 'docker.io/library/debian:12.11-slim';
const nodeImage = 'docker.io/library/node:22.20.0-bookworm-slim';
/** The version of R if it is unknown: the lock file has none, and R is not installed. */
const defaultR = '4.4.3';

/** Determines the contents of the image, and warnings for the user. */
export function planImage(input: RecipeInput): { recipe: Recipe; warnings: string[] } {
  const { app, answer, base } = input;
  const lock = readRenvLock(startFolder(app));
  const used = [...new Set([...namesOf(answer), ...(input.packages ?? [])])];
  const beyondLock = lock === undefined ? used : used.filter((name) => !lock.packages.includes(name));
  // Debian's package versions may not fit those in a lock file.
  const { cran, remotes, unusable } = packageSources(beyondLock, answer?.libraries ?? [], lock?.packages);
  const { prebuilt, others } =
    base === 'debian' && lock === undefined ? splitByDebian(cran) : { prebuilt: [], others: cran };
  const elsewhere = beyondLock.filter((name) => !cran.includes(name));
  const built = withDependencies(
    [...others, ...elsewhere, ...(lock?.packages ?? [])],
    answer?.libraries ?? [],
  );
  const r = lock?.r ?? answer?.version ?? defaultR;
  const recipe: Recipe = {
    name: appName(app),
    penstock: version,
    base,
    baseImage: reference(
      input.baseImage ?? (base === 'debian' ? debianImage : `docker.io/rocker/r-ver:${r}`),
    ),
    nodeImage: reference(input.nodeImage ?? nodeImage),
    argument: appArgument(app, '/app'),
    locked: lock !== undefined,
    lockedRemotes: lock?.remotes === true,
    prebuilt: prebuilt.sort(),
    cran: others,
    remotes,
    unusable,
    buildLibraries: buildLibraries(built),
    programs: runPrograms(built),
  };
  return { recipe, warnings: warningsOf(recipe, lock?.r) };
}

/** In a Dockerfile, other characters would be variables, or end the line. */
function reference(image: string): string {
  if (/^[A-Za-z0-9][\w.:/@-]*$/.test(image)) return image;
  throw new PenstockError('image_unplanned', `${JSON.stringify(image)} is not the name of an image.`);
}

/** Optional packages are included if they are installed. */
function namesOf(answer: RecipeInput['answer']): string[] {
  const packages = answer?.packages ?? [];
  return packages.filter(({ installed, required }) => installed || required).map(({ name }) => name);
}

function warningsOf({ base, baseImage, cran, locked }: Recipe, lockedR: string | undefined): string[] {
  const warnings: string[] = [];
  if (locked && cran.length > 0) {
    warnings.push(`The app needs ${cran.join(', ')}, missing in renv.lock. The image gets it from CRAN.`);
  }
  if (locked && base === 'debian' && lockedR !== undefined) {
    warnings.push(
      `renv.lock is for R ${lockedR}, but ${baseImage} has Debian's R, and all packages are built from source.`,
    );
  }
  return warnings;
}
