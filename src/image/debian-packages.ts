import { readFileSync } from 'node:fs';
import { installed } from '../installation.js';

const list = installed('assets/image/debian-r-packages.txt');

/** R packages parted by whether Debian has them prebuilt; `prebuilt` has Debian's names. */
export function partByDebian(packages: readonly string[]): { prebuilt: string[]; others: string[] } {
  const known = new Set(readFileSync(list, 'utf8').split('\n'));
  const has = (name: string) => known.has(name.toLowerCase());
  return {
    prebuilt: packages.filter(has).map((name) => `r-cran-${name.toLowerCase()}`),
    others: packages.filter((name) => !has(name)),
  };
}
