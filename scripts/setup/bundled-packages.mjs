/** Lists the npm packages bundled in dist/, with versions and licenses. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes dist/packages.json, for bills of materials, and dist/licenses.txt.
 * @param {string} root
 * @param {string[]} inputs paths of all files in the bundle
 */
export function noteBundled(root, inputs) {
  const folders = new Set(inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]));
  const packages = [...folders]
    .filter((folder) => folder !== undefined)
    .sort()
    .map((folder) => describe(root, folder));
  const listed = packages.map(({ license, name, version }) => ({ name, version, license }));
  writeFileSync(join(root, 'dist', 'packages.json'), `${JSON.stringify(listed, null, 1)}\n`);
  const texts = packages.map(({ name, text, version }) => `${name} ${version}\n\n${text}`);
  writeFileSync(join(root, 'dist', 'licenses.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/**
 * @param {string} root
 * @param {string} folder folder of a package
 */
function describe(root, folder) {
  const place = join(root, folder);
  const { license, name, version } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  const file = readdirSync(place).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? `${license}\n` : readFileSync(join(place, file), 'utf8');
  return { name, version, license, text };
}
