import { readFileSync, writeFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { LISTEN_BACKLOG } from '../http/listen-backlog.js';
import { installed, ownCommand } from '../installation.js';

/** Where an administrator's own units are. */
const UNIT_FOLDER = '/etc/systemd/system';
/** Where the configurations of the services are, one file for each. */
const CONFIGURATION_FOLDER = '/etc/penstock';

interface ServiceOptions {
  readonly install?: boolean;
}

/** Adds `penstock service`. */
export function addServiceCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('service')
    .description(
      'Print the systemd unit that serves an app on a Linux machine, or install it. With a name: the unit of the socket ' +
        'that keeps the address of that service while it starts again.',
    )
    .argument('[name]', `a service, which ${CONFIGURATION_FOLDER}/NAME.yaml configures`)
    .helpOption('-h, --help', 'Show help.')
    .option('--install', `Write it to ${UNIT_FOLDER}.`)
    .action((name: string | undefined, { install = false }: ServiceOptions) => {
      const [file, unit, next] = name === undefined ? serviceUnit() : socketOf(name);
      if (install) installUnit(join(UNIT_FOLDER, file), unit, next);
      else process.stdout.write(unit);
      finish(0);
    });
}

/** The name of a unit, its text, and what to do once it is installed. */
type Unit = [file: string, unit: string, next: string];

function serviceUnit(): Unit {
  return [
    'penstock@.service',
    unitFor(readFileSync(installed('assets/service/penstock@.service'), 'utf8'), ownCommand()),
    `To serve /srv/my-api as ${CONFIGURATION_FOLDER}/my-api.yaml says:\n\n` +
      '  systemctl daemon-reload\n  systemctl enable --now penstock@my-api\n',
  ];
}

function socketOf(name: string): Unit {
  if (!/^[\w.-]+$/.test(name)) {
    throw new PenstockError(
      'usage',
      `A service has a name like my-api, without slashes and spaces: ${name}.`,
    );
  }
  const file = join(CONFIGURATION_FOLDER, `${name}.yaml`);
  return [
    `penstock@${name}.socket`,
    socketUnit(name, loadConfig({ flags: { config: file }, env: {} })),
    `To start it, also for a service that runs:\n\n  systemctl daemon-reload\n  systemctl stop penstock@${name}.service\n` +
      `  systemctl enable --now penstock@${name}.socket\n  systemctl start penstock@${name}.service\n`,
  ];
}

/** The unit, with the command that runs this Penstock. */
export function unitFor(unit: string, command: readonly string[]): string {
  return unit.replace('/usr/bin/penstock', () => command.map(quoted).join(' '));
}

/**
 * The unit of a service's socket, which systemd keeps while the service starts again.
 *
 * @param name the service
 */
export function socketUnit(name: string, { host, port }: Pick<Config, 'host' | 'port'>): string {
  const address = host === 'localhost' ? '127.0.0.1' : host;
  if (!isIP(address)) {
    throw new PenstockError('usage', `A socket unit needs an IP address; \`host\` of ${name} is ${host}.`);
  }
  return `[Unit]
Description=Address of penstock@${name}.service

[Socket]
ListenStream=${isIPv6(address) ? `[${address}]` : address}:${port}
# How many connections may wait while the service starts again.
Backlog=${LISTEN_BACKLOG}

[Install]
WantedBy=sockets.target
`;
}

/** A word of a command line, as in systemd.syntax(7). */
function quoted(word: string): string {
  const safe = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w%$./=-]+$/.test(safe) ? safe : `"${safe.replace(/["\\]/g, '\\$&')}"`;
}

function installUnit(file: string, unit: string, next: string): void {
  try {
    writeFileSync(file, unit, { mode: 0o644 });
  } catch (error) {
    throw new PenstockError('usage', `Cannot write ${file}: ${(error as Error).message}.`);
  }
  process.stdout.write(`Wrote ${file}. ${next}`);
}
