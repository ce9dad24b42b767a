import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { PenstockError } from '../errors.js';
import { newKey } from '../key-file.js';

/** Adds `penstock key`. */
export function addKeyCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('key')
    .description('Create an API key. It is shown only once; only its digest is stored.')
    .argument('<name>', 'the name of the client that will use the key')
    .helpOption('-h, --help', 'Show help.')
    .option('--file <path>', 'Key file to add the key to (default: print the line for the key file).')
    .option('--expires <date>', 'First day on which the key is no longer valid, such as 2030-12-31.')
    .action((name: string, options: { file?: string; expires?: string }) => finish(makeKey(name, options)));
}

function makeKey(name: string, { expires, file }: { file?: string; expires?: string }): number {
  if (!/^[\w.@-]{1,64}$/.test(name)) {
    throw new PenstockError(
      'usage',
      `Expected a name of 1 to 64 letters, digits, \`.\`, \`-\`, \`_\` or \`@\`; got "${name}".`,
    );
  }
  if (expires !== undefined && !(/^\d{4}-\d{2}-\d{2}$/.test(expires) && Date.parse(expires) > 0)) {
    throw new PenstockError('usage', `--expires: expected a date such as 2030-12-31; got "${expires}".`);
  }
  const { key, line } = newKey(name, expires);
  if (file === undefined) process.stderr.write(`Add this line to your key file:\n${line}\n`);
  else append(file, line);
  process.stdout.write(`${key}\n`);
  return 0;
}

/** Creates a new file with access for its owner only. */
function append(file: string, line: string): void {
  try {
    const isOpen = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8'));
    appendFileSync(file, `${isOpen ? '\n' : ''}${line}\n`, { mode: 0o600 });
  } catch (error) {
    throw new PenstockError('usage', `Cannot write ${file}: ${(error as Error).message}.`);
  }
}
