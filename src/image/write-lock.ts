import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RAnswer } from '../doctor/ask-r.js';
import { PenstockError } from '../errors.js';
import { descriptionOf, withDependencies } from './dependencies.js';
import { packageSources, unusableSource } from './package-sources.js';

/** Writes a renv.lock with the packages that an app uses, in the versions that are installed here. Returns its path. */
export function writeRenvLock(
  directory: string,
  answer: Pick<RAnswer, 'libraries' | 'packages' | 'version'>,
) {
  const path = join(directory, 'renv.lock');
  if (existsSync(path))
    throw new PenstockError('image_unplanned', `${path} already exists. \`renv::snapshot()\` updates it.`);
  const missing = answer.packages.filter(({ installed, required }) => required && !installed);
  if (missing.length > 0)
    throw new PenstockError(
      'image_unplanned',
      `renv.lock lists installed versions, but ${missing.map(({ name }) => name).join(', ')} is not installed.`,
    );
  const used = answer.packages.filter(({ installed }) => installed).map(({ name }) => name);
  const names = [...withDependencies(used, answer.libraries)].sort();
  const entries = names.flatMap((name) => entryOf(name, descriptionOf(name, answer.libraries)) ?? []);
  const repositories = [{ Name: 'CRAN', URL: 'https://cloud.r-project.org' }];
  const lock = {
    R: { Version: answer.version, Repositories: repositories },
    Packages: Object.fromEntries(entries.map((entry) => [entry.Package, entry])),
  };
  // Other sources than those that an image can use are errors.
  const [unusable] = packageSources(Object.keys(lock.Packages), answer.libraries).unusable;
  if (unusable !== undefined) throw unusableSource(...unusable);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  return path;
}

interface Entry {
  readonly Package: string;
  readonly [field: string]: string;
}

const hosts: Readonly<Record<string, string>> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  bitbucket: 'Bitbucket',
};

/** Undefined for a package that belongs to R itself. */
function entryOf(name: string, description: string): Entry | undefined {
  const field = (key: string) => new RegExp(`^${key}: *(.*?)\\s*$`, 'm').exec(description)?.[1];
  const version = field('Version');
  if (version === undefined || field('Priority') === 'base') return undefined;
  const host = hosts[field('RemoteType') ?? ''];
  if (host === undefined)
    return { Package: name, Version: version, Source: 'Repository', Repository: 'CRAN' };
  const remote = [...description.matchAll(/^(Remote\w+): *(.*?)\s*$/gm)].map(([, key, text]) => [key, text]);
  return { Package: name, Version: version, Source: host, ...Object.fromEntries(remote) };
}
