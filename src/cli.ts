#!/usr/bin/env node
import { leaveLostTerminals } from './commands/stop-request.js';
import { runProgram } from './program.js';

// A reader that closes the pipe early, as in `penstock routes | head`, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.on('exit', leaveLostTerminals);

process.exitCode = await runProgram(process.argv.slice(2));
