import { execFileSync } from 'node:child_process';

/** Runs a program to its end; what it prints on standard error goes into the error if it fails. */
export function run(program: string, ...words: string[]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
