/** Static checks of the code. Each counts as one test. */
import { join } from 'node:path';
import { rscript } from './setup/r.mjs';
import { root } from './setup/root.mjs';

/** @param {string} name */
const tool = (name) => join(root, 'node_modules', '.bin', name);

const typescript = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');

/**
 * What a tool keeps between runs; it checks again only what changed.
 * @param {string} name
 */
const cache = (name) => join('.penstock', 'checks', name);

/** @typedef {{ name: string, words: string[] }} Check */

/**
 * The style of the R code. Only `npm run lint` checks it, because it takes twice the CPU time of all other checks together.
 * @type {Check}
 */
export const rLint = { name: 'R lint (lintr)', words: [rscript, join('scripts', 'lint-r.R')] };

/**
 * Checks of `npm test` and `npm run lint`, the slowest first.
 * @type {Check[]}
 */
export const checks = [
  {
    name: 'Types (tsc)',
    // TypeScript 7 needs a third of the time of 5.9, which stays for dependency-cruiser.
    words: [typescript, '--noEmit', '--incremental', '--tsBuildInfoFile', cache('tsc.json')],
  },
  {
    name: 'Dependency rule (dependency-cruiser)',
    words: [tool('depcruise'), 'src', 'test', 'bench', '--cache', cache('dependency-cruiser')],
  },
  { name: 'Dead code (knip)', words: [tool('knip')] },
  { name: 'Format and lint (biome)', words: [tool('biome'), 'check', '--error-on-warnings'] },
];
