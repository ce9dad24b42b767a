import { stdout } from 'node:process';
import { Command, CommanderError } from 'commander';
import type { AppLocation } from './app/find-app.js';
import { benchCommand, benchOptionsOf } from './commands/bench-flags.js';
import { addClusterCommands } from './commands/cluster-commands.js';
import { addImageFlags, imageOptionsOf } from './commands/image-flags.js';
import { addKeyCommand } from './commands/key.js';
import { located } from './commands/located.js';
import { addSbomCommand } from './commands/sbom.js';
import { addServiceCommand } from './commands/service.js';
import { table } from './commands/table.js';
import { addFlags, flagsOf } from './config/flags.js';
import type { Config } from './config/load.js';
import type { CommandName } from './config/options.js';
import { errorCatalogue, PenstockError } from './errors.js';
import { visible } from './observe/readable.js';
import { version } from './version.js';

type Run = (app: AppLocation, config: Config) => Promise<number>;

interface CommandEntry {
  readonly name: CommandName;
  readonly summary: string;
  /** Imported when the command runs, so that `--help` does not load the HTTP server. */
  readonly load: () => Promise<Run>;
}

const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary: 'Serve an app over HTTP.',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  {
    name: 'dev',
    summary: 'Serve an app during development, and reload it when one of its files changes.',
    load: async () => (await import('./commands/dev.js')).dev,
  },
  {
    name: 'routes',
    summary: 'Show the routes of an app, how each is executed, and why.',
    load: async () => (await import('./commands/routes.js')).routes,
  },
];

const appHelp =
  'an R file for plumber or another framework; a directory with plumber.R, entrypoint.R, _server.yml or app.R; or a saved model (.rds) (default: the working directory)';

/** Parses the arguments, runs one command and returns the exit code: 0 success, 1 failure, 2 invalid usage. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof PenstockError)) throw error;
    process.stderr.write(describeError(error));
    return error.entry.exit ?? 1;
  }
}

/** Formats a known error, without a stack. */
function describeError({ message, code, entry }: PenstockError): string {
  return `error: ${visible(message)}\ncode: ${code}\nhint: ${entry.hint}\n`;
}

/** R can fork, and processes get signals, on Unix only. */
export function requirePlatform(platform: NodeJS.Platform): void {
  if (platform !== 'win32') return;
  throw new PenstockError('platform_unsupported', 'Penstock does not run on Windows itself.');
}

/** The commands, with their arguments and flags. */
export function createProgram(finish: (code: number) => void): Command {
  const program = new Command('penstock')
    .description('Serve a plumber API or a saved model from a pool of R processes.')
    .version(version, '-v, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show help.')
    .helpCommand(false)
    .showSuggestionAfterError()
    .hook('preAction', () => requirePlatform(process.platform))
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(`${text.trimEnd()}\ncode: usage\nhint: ${errorCatalogue.usage.hint}\n`),
    });

  for (const { name, summary, load } of commands) {
    const command = subcommand(program, name, summary);
    command.action(async (argument: string | undefined) => {
      const found = located(command, argument);
      finish(await (await load())(...found));
    });
  }

  // Doctor reports a missing app or an invalid configuration as a finding, so it loads both itself.
  const doctor = subcommand(
    program,
    'doctor',
    'Check what an app needs to run, and how to install what is missing.',
  );
  doctor
    .option('--json', 'Print the findings as JSON.')
    .option('--no-load', 'Do not load the app, which runs its code.')
    .option('--production', 'Also check the configuration for security risks.')
    .action(async (argument: string | undefined) => {
      const { doctor: run } = await import('./commands/doctor.js');
      const {
        json = false,
        load,
        production = false,
      } = doctor.opts<{ json?: boolean; load: boolean; production?: boolean }>();
      finish(await run({ argument, flags: flagsOf(doctor), json, load, production }));
    });
  const bench = benchCommand(program.command('bench').helpOption('-h, --help', 'Show help.'));
  bench.action(async (target: string) => {
    const { bench: run } = await import('./commands/bench.js');
    finish(await run(target, benchOptionsOf(bench)));
  });
  addClusterCommands((name, summary, argument) => subcommand(program, name, summary, argument), finish);

  const image = subcommand(program, 'image', 'Build a container image of an app with docker or podman.');
  addImageFlags(image).action(async (argument: string | undefined) => {
    const found = located(image, argument);
    const { image: run } = await import('./commands/image.js');
    finish(await run(...found, imageOptionsOf(image)));
  });
  addHelpCommand(program, finish);
  addKeyCommand(program, finish);
  addSbomCommand(program, finish);
  addServiceCommand(program, finish);
  return program;
}

/** `help` with a command or a page of the documentation. */
function addHelpCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('help')
    .description('Show the help of a command, or a page of the documentation.')
    .argument('[topic]', 'a command, or a topic of the documentation (default: list them)')
    .action(async (topic: string | undefined) => {
      const { helpPage, helpTopics } = await import('./commands/help-topics.js');
      const command = program.commands.find((one) => one.name() === topic);
      if (topic === undefined) {
        const rows = helpTopics().map(({ name, title }) => [`  ${name}`, title]);
        stdout.write(`${program.helpInformation()}\nTopics (penstock help TOPIC):\n${table(rows)}`);
      } else {
        stdout.write(command === undefined ? helpPage(topic) : command.helpInformation());
      }
      finish(0);
    });
}

function subcommand(
  program: Command,
  name: CommandName,
  summary: string,
  [argument, help]: readonly [string, string] = ['[app]', appHelp],
): Command {
  const command = program
    .command(name)
    .description(summary)
    .argument(argument, help)
    .helpOption('-h, --help', 'Show help.')
    .addHelpText(
      'after',
      '\nYou can also set each option in the environment (PENSTOCK_ADMIN_PORT for --admin-port) or in penstock.yaml\n' +
        '(admin-port: 9000). Flags override the environment, which overrides the file.',
    );
  addFlags(command, name);
  return command;
}
