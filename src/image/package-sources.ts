import { PenstockError } from '../errors.js';
import { descriptionOf, requiredBy } from './dependencies.js';

/** Where to install packages from. */
export interface PackageSources {
  /** Packages of CRAN, by name. */
  readonly cran: readonly string[];
  /** Calls of the R package remotes, each for one package at the commit that is installed here. Dependencies come first. */
  readonly remotes: readonly string[];
  /** Packages from sources that an image cannot use, and these sources. */
  readonly unusable: ReadonlyMap<string, string>;
}

/**
 * A package that was not installed from CRAN must not be replaced by one of the same name there, which anyone may have
 * published (dependency confusion). The same holds for what such a package requires: remotes would take it from CRAN.
 * What a package of CRAN requires is on CRAN too.
 *
 * @param present  packages that the image has already
 */
export function packageSources(
  names: readonly string[],
  libraries: readonly string[],
  present: readonly string[] = [],
): PackageSources {
  const cran = new Set<string>();
  const remotes = new Map<string, string>();
  const unusable = new Map<string, string>();
  const seen = new Set(present);
  const add = (name: string, isRequired: boolean): void => {
    if (seen.has(name)) return;
    if (!/^[A-Za-z][A-Za-z0-9.]*$/.test(name)) {
      throw new PenstockError('image_unplanned', `${JSON.stringify(name)} is not the name of an R package.`);
    }
    const description = descriptionOf(name, libraries);
    if (isFromCran(description)) {
      if (!isRequired) cran.add(name);
      return;
    }
    seen.add(name);
    for (const required of requiredBy(description)) add(required, true);
    const call = remoteOf(description);
    if (call === undefined) unusable.set(name, sourceOf(description));
    else remotes.set(name, call);
  };
  for (const name of [...names].sort()) add(name, false);
  return { cran: [...cran], remotes: [...remotes.values()], unusable };
}

/** The error for a package whose source an image cannot use. */
export function unusableSource(name: string, source: string): PenstockError {
  return new PenstockError(
    'image_unplanned',
    `The package ${name} was installed from ${source}. An image must not take a package of this name from CRAN instead, ` +
      'and cannot use this source. Lock it with renv (`renv::snapshot()`), or write a Dockerfile with ' +
      '`penstock image --write` and install the package there.',
  );
}

const installers: Readonly<Record<string, string>> = {
  github: 'install_github',
  gitlab: 'install_gitlab',
  bitbucket: 'install_bitbucket',
};

/** Hosts that the installers use by themselves. */
const publicHosts = ['api.github.com', 'gitlab.com', 'api.bitbucket.org/2.0'];

const fieldOf = (description: string, key: string): string | undefined =>
  new RegExp(`^${key}: *(.*?)\\s*$`, 'm').exec(description)?.[1];

/** pak and renv note `standard` for packages of any repository. CRAN and Posit's mirror write their name into packages. */
function isFromCran(description: string): boolean {
  const type = fieldOf(description, 'RemoteType');
  if (description === '') return true;
  if (type !== undefined && type !== 'standard' && type !== 'cran') return false;
  const isOfR = /^(base|recommended)$/.test(fieldOf(description, 'Priority') ?? '');
  return isOfR || /^(CRAN|RSPM)$/.test(fieldOf(description, 'Repository') ?? '');
}

/** Undefined if the image cannot use the source. */
function remoteOf(description: string): string | undefined {
  const keys = ['Type', 'Username', 'Repo', 'Subdir', 'Host', 'Sha'];
  const [type = '', user, repository, folder, host, sha = ''] = keys.map((key) =>
    fieldOf(description, `Remote${key}`),
  );
  const installer = installers[type];
  const isPlain = [user, repository].every((part) => part !== undefined && /^[\w.-]+$/.test(part));
  const isPublic = host === undefined || publicHosts.includes(host);
  const subdirectory = folder === undefined ? '' : `/${folder}`;
  const isSafe = isPlain && isPublic && /^[0-9a-f]{40}$/.test(sha) && /^[\w./-]*$/.test(subdirectory);
  if (installer === undefined || !isSafe) return undefined;
  return `remotes::${installer}("${user}/${repository}${subdirectory}@${sha}", upgrade = "never")`;
}

function sourceOf(description: string): string {
  const type = fieldOf(description, 'RemoteType');
  const repository = fieldOf(description, 'Repository');
  if (type === undefined || type === 'standard' || type === 'cran')
    return repository === undefined ? 'an unknown source' : `the repository ${repository}`;
  const where = ['Host', 'Username', 'Repo', 'Url'].map((key) => fieldOf(description, `Remote${key}`));
  return [type, ...where].filter((part) => part !== undefined).join(' ');
}
