/** npm run docs: writes the pages that are generated from tables in the code. `npm test` fails if they are outdated. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pages } from './docs/pages.js';

const folder = resolve(import.meta.dirname, '../docs');

for (const [name, page] of Object.entries(pages)) {
  writeFileSync(join(folder, name), page());
  console.log(`docs/${name}`);
}
