import { fileURLToPath } from 'node:url';

/** The root of the checkout. Scripts use it instead of the working directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
