import { readFileSync } from 'node:fs';

const list = new URL('../../assets/image/debian-r-packages.txt', import.meta.url);

/** R packages parted by whether Debian has them prebuilt; `prebuilt` has Debian's names. */
export function partByDebian(packages: readonly string[]): { prebuilt: string[]; others: string[] } {
  const known = new Set(readFileSync(list, 'utf8').split('\n'));
  const has = (name: string) => known.has(name.toLowerCase());
  return {
    prebuilt: packages.filter(has).map((name) => `r-cran-${name.toLowerCase()}`),
    others: packages.filter((name) => !has(name)),
  };
}
