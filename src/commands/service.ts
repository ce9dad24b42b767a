import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { PenstockError } from '../errors.js';
import { installed, ownCommand } from '../installation.js';

/** Where an administrator's own units are. */
const UNIT_FILE = '/etc/systemd/system/penstock@.service';

/** Adds `penstock service`. */
export function addServiceCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('service')
    .description('Print the systemd unit that serves an app on a Linux machine, or install it.')
    .helpOption('-h, --help', 'Show help.')
    .option('--install', `Write it to ${UNIT_FILE}.`)
    .action(({ install = false }: { install?: boolean }) => {
      const unit = unitFor(readFileSync(installed('assets/service/penstock@.service'), 'utf8'), ownCommand());
      if (install) installUnit(unit);
      else process.stdout.write(unit);
      finish(0);
    });
}

/** The unit, with the command that runs this Penstock. */
export function unitFor(unit: string, command: readonly string[]): string {
  return unit.replace('/usr/bin/penstock', () => command.map(quoted).join(' '));
}

/** A word of a command line, as in systemd.syntax(7). */
function quoted(word: string): string {
  const safe = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w%$./=-]+$/.test(safe) ? safe : `"${safe.replace(/["\\]/g, '\\$&')}"`;
}

function installUnit(unit: string): void {
  try {
    writeFileSync(UNIT_FILE, unit, { mode: 0o644 });
  } catch (error) {
    throw new PenstockError('usage', `Cannot write ${UNIT_FILE}: ${(error as Error).message}.`);
  }
  process.stdout.write(
    `Wrote ${UNIT_FILE}. To serve /srv/my-api as /etc/penstock/my-api.yaml says:\n\n` +
      '  systemctl daemon-reload\n  systemctl enable --now penstock@my-api\n',
  );
}
