import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Ask, abbreviate } from '../ask.js';
import { fidelity } from '../fidelity.js';

const folder = resolve(import.meta.dirname, '../../fixtures/wild');

/** The files with asks: an app is a file, or a folder with plumber.R or entrypoint.R. */
function apps(): { name: string; file: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'all.R') return [];
    if (entry.isFile()) return [{ name: entry.name.replace(/\.R$/, ''), file: join(folder, entry.name) }];
    const main = ['entrypoint.R', 'plumber.R'].find((name) =>
      readdirSync(join(folder, entry.name)).includes(name),
    );
    return main === undefined ? [] : [{ name: entry.name, file: join(folder, entry.name, main) }];
  });
}

/** An ask of an app is a comment: `#> GET /path Header: value`, or `#> POST /path` and a body. */
function asksOf({ file, name }: { name: string; file: string }): Ask[] {
  const lines = readFileSync(file, 'utf8').matchAll(/^#> (\S+) (\S+) ?(.*?)\r?$/gm);
  return [...lines].map(([, method, path, rest = '']) => {
    const note = rest === '' ? {} : { note: abbreviate(rest) };
    const header = /^([A-Z][A-Za-z-]*): (.*)$/.exec(rest);
    const base = { method: method!, path: `/${name}${path}`, ...note };
    if (header !== null) return { ...base, headers: [[header[1]!, header[2]!]] };
    if (rest === '') return base;
    const type = /^[[{]/.test(rest)
      ? 'application/json'
      : /^\w+=/.test(rest)
        ? 'application/x-www-form-urlencoded'
        : 'text/plain';
    return { ...base, headers: [['Content-Type', type]], body: rest };
  });
}

fidelity('../wild/all.R', {}, apps().flatMap(asksOf));
