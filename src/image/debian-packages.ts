import { readFileSync } from 'node:fs';
import { installed } from '../installation.js';

const list = installed('assets/image/debian-r-packages.txt');

/** Separates the R packages that Debian has prebuilt from the others. `prebuilt` contains Debian's names. */
export function splitByDebian(packages: readonly string[]): { prebuilt: string[]; others: string[] } {
  const known = new Set(readFileSync(list, 'utf8').split('\n'));
  const has = (name: string) => known.has(name.toLowerCase());
  return {
    prebuilt: packages.filter(has).map((name) => `r-cran-${name.toLowerCase()}`),
    others: packages.filter((name) => !has(name)),
  };
}
