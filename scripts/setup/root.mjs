import { fileURLToPath } from 'node:url';

/** The checkout's root; every script works from there, wherever it was called. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
