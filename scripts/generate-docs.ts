/** npm run docs: writes the files that are generated from tables in the code. `npm test` fails when they differ. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pages } from './docs/pages.js';
import { rProtocol } from './docs/r-protocol.js';

const root = resolve(import.meta.dirname, '..');
const files = Object.entries(pages).map(([name, page]) => [join('docs', name), page] as const);

for (const [name, content] of [...files, [join('r', 'protocol.R'), rProtocol] as const]) {
  writeFileSync(join(root, name), content());
  console.log(name);
}
