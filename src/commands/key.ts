import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { PenstockError } from '../errors.js';
import { newKey } from '../key-file.js';

/** Adds `penstock key`. */
export function addKeyCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('key')
    .description('Make an API key: it is printed once, and only its digest is kept.')
    .argument('<name>', 'whose key it is')
    .helpOption('-h, --help', 'Show help.')
    .option('--file <path>', 'The file of keys that its line is added to; else the line is printed.')
    .option('--expires <date>', 'The day, as in 2030-12-31, from which on the key is worth nothing.')
    .action((name: string, options: { file?: string; expires?: string }) => finish(makeKey(name, options)));
}

function makeKey(name: string, { expires, file }: { file?: string; expires?: string }): number {
  if (!/^[\w.@-]{1,64}$/.test(name)) {
    throw new PenstockError(
      'usage',
      'A name has up to 64 letters, digits and the like of `.`, `-`, `_` and `@`.',
    );
  }
  if (expires !== undefined && !(/^\d{4}-\d{2}-\d{2}$/.test(expires) && Date.parse(expires) > 0)) {
    throw new PenstockError('usage', '--expires must be a day like 2030-12-31.');
  }
  const { key, line } = newKey(name, expires);
  if (file === undefined) process.stderr.write(`Add this line to the file of keys:\n${line}\n`);
  else append(file, line);
  process.stdout.write(`${key}\n`);
  return 0;
}

/** Nobody but its owner may read a new file. */
function append(file: string, line: string): void {
  try {
    const isOpen = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8'));
    appendFileSync(file, `${isOpen ? '\n' : ''}${line}\n`, { mode: 0o600 });
  } catch (error) {
    throw new PenstockError('usage', `${file} cannot be written: ${(error as Error).message}.`);
  }
}
