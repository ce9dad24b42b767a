import { PenstockError } from '../errors.js';
import { descriptionOf } from './dependencies.js';

/** Where to install packages from. */
export interface PackageSources {
  /** Packages of CRAN, by name. */
  readonly cran: readonly string[];
  /** Calls of the R package remotes, each for one package at the commit that is installed here. */
  readonly remotes: readonly string[];
}

/**
 * A package that was not installed from CRAN must not be replaced by one of the same name there, which anyone may have
 * published (dependency confusion). Fails for sources that an image cannot use.
 */
export function packageSources(names: readonly string[], libraries: readonly string[]): PackageSources {
  const cran: string[] = [];
  const remotes: string[] = [];
  for (const name of names) {
    if (!/^[A-Za-z][A-Za-z0-9.]*$/.test(name)) {
      throw new PenstockError('image_unplanned', `${JSON.stringify(name)} is not the name of an R package.`);
    }
    const call = remoteOf(name, descriptionOf(name, libraries));
    if (call === undefined) cran.push(name);
    else remotes.push(call);
  }
  return { cran: cran.sort(), remotes: remotes.sort() };
}

const installers: Readonly<Record<string, string>> = {
  github: 'install_github',
  gitlab: 'install_gitlab',
  bitbucket: 'install_bitbucket',
};

/** Hosts that the installers use by themselves. */
const publicHosts = ['api.github.com', 'gitlab.com', 'api.bitbucket.org/2.0'];

/** Undefined for a package from CRAN, or one that is not installed here. */
function remoteOf(name: string, description: string): string | undefined {
  const field = (key: string) => new RegExp(`^${key}: *(.*?)\\s*$`, 'm').exec(description)?.[1];
  const type = field('RemoteType');
  const sha = field('RemoteSha') ?? '';
  // pak and renv note this for packages of CRAN too.
  if (type === undefined || type === 'standard' || type === 'cran') return undefined;
  const [user, repository, folder, host] = ['Username', 'Repo', 'Subdir', 'Host'].map((key) =>
    field(`Remote${key}`),
  );
  const installer = installers[type];
  const isPlain = [user, repository].every((part) => part !== undefined && /^[\w.-]+$/.test(part));
  const isPublic = host === undefined || publicHosts.includes(host);
  const subdirectory = folder === undefined ? '' : `/${folder}`;
  if (
    installer === undefined ||
    !isPlain ||
    !isPublic ||
    !/^[0-9a-f]{40}$/.test(sha) ||
    !/^[\w./-]*$/.test(subdirectory)
  ) {
    const where = [host, user, repository, field('RemoteUrl')].filter((part) => part !== undefined).join(' ');
    throw new PenstockError(
      'image_unplanned',
      `The package ${name} was installed from ${type} ${where}`.trimEnd() +
        '. An image must not take a package of this name from CRAN instead, and cannot use this source. ' +
        'Lock it with renv (`renv::snapshot()`), or add it to the Dockerfile that `penstock image --write` creates.',
    );
  }
  return `remotes::${installer}("${user}/${repository}${subdirectory}@${sha}", upgrade = "never")`;
}
