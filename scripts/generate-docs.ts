/** npm run docs: writes the pages and the R code that are generated from tables in the code. `npm test` fails if they are outdated. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pages } from './docs/pages.js';
import { rCommands } from './docs/r-commands.js';
import { rProtocol } from './docs/r-protocol.js';

const root = resolve(import.meta.dirname, '..');
const files: [string, string][] = [
  ...Object.entries(pages).map(([name, page]): [string, string] => [`docs/${name}`, page()]),
  ['r/protocol.R', rProtocol()],
  ['r-package/R/commands.R', rCommands()],
];

for (const [name, text] of files) {
  writeFileSync(join(root, name), text);
  console.log(name);
}
