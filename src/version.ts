import { readFileSync } from 'node:fs';
import { installed } from './installation.js';

/** Penstock's version, from package.json. */
export const version: string = JSON.parse(readFileSync(installed('package.json'), 'utf8')).version;
