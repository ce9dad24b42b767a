import { afterAll } from 'vitest';
import { killServed } from './server.js';

// Run for every file, and the last of its hooks.
afterAll(killServed);
