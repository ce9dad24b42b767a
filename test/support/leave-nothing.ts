import { afterAll } from 'vitest';
import { killServed } from './server.js';

// Runs after every test file, as its last hook.
afterAll(killServed);
