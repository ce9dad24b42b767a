import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages and their dependencies. The dependencies of a package are known only if it is installed here.
 *
 * @param libraries  R's library paths on this machine, in search order
 */
export function withDependencies(packages: readonly string[], libraries: readonly string[]): Set<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    requiredBy(descriptionOf(name, libraries)).forEach(add);
  };
  packages.forEach(add);
  return found;
}

/** The DESCRIPTION of an installed package; empty if it is not installed. */
export function descriptionOf(name: string, libraries: readonly string[]): string {
  for (const library of libraries) {
    try {
      return readFileSync(join(library, name, 'DESCRIPTION'), 'utf8');
    } catch {
      // not in this library
    }
  }
  return '';
}

/** The packages that a DESCRIPTION requires. Continuation lines of a field start with white space. */
export function requiredBy(description: string): string[] {
  const fields = description.replace(/\r?\n[ \t]+/g, ' ').matchAll(/^(?:Depends|Imports|LinkingTo):(.*)$/gm);
  const names = [...fields].flatMap(([, list = '']) =>
    list.split(',').map((entry) => entry.replace(/\(.*$/, '').trim()),
  );
  return names.filter((name) => name !== '' && name !== 'R');
}
