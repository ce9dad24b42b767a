import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages, and those that they need in turn as far as they are installed here: what is not cannot be asked.
 *
 * @param libraries  the folders of R packages of this machine, in R's order
 */
export function withDependencies(packages: readonly string[], libraries: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const needed of dependenciesOf(name, libraries)) visit(needed);
  };
  for (const name of packages) visit(name);
  return found;
}

function dependenciesOf(name: string, libraries: readonly string[]): string[] {
  for (const library of libraries) {
    try {
      return namedIn(readFileSync(join(library, name, 'DESCRIPTION'), 'utf8'));
    } catch {
      // not in this library
    }
  }
  return [];
}

/** The packages that a DESCRIPTION names as needed; its fields go on in lines that begin with a blank. */
function namedIn(description: string): string[] {
  const fields = description.replace(/\r?\n[ \t]+/g, ' ').matchAll(/^(?:Depends|Imports|LinkingTo):(.*)$/gm);
  const names = [...fields].flatMap(([, list = '']) =>
    list.split(',').map((entry) => entry.replace(/\(.*$/, '').trim()),
  );
  return names.filter((name) => name !== '' && name !== 'R');
}
