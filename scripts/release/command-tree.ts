import type { Command, Option } from 'commander';
import { createProgram } from '../../src/program.js';

/** A flag as shells and the manual show it. */
export interface Flag {
  readonly short: string | undefined;
  readonly long: string;
  /** Such as `<port>`; undefined for a flag without a value. */
  readonly value: string | undefined;
  /** The values that it can have, if there are few. */
  readonly choices: readonly string[];
  readonly summary: string;
}

export interface Subcommand {
  readonly name: string;
  readonly summary: string;
  /** Such as `[app]`. */
  readonly arguments: string;
  readonly flags: readonly Flag[];
}

/** The commands of the command line, without what help hides. */
export function commandTree(): readonly Subcommand[] {
  return createProgram(() => {}).commands.map((command: Command) => ({
    name: command.name(),
    summary: command.description(),
    arguments: command.registeredArguments
      .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
      .join(' '),
    flags: command.options.filter((option) => !option.hidden).map(flagOf),
  }));
}

function flagOf({ argChoices, description, flags, long, short }: Option): Flag {
  const value = /[<[].*[>\]]$/.exec(flags)?.[0];
  const listed =
    value !== undefined && /^<[\w-]+(\|[\w-]+)+>$/.test(value) ? value.slice(1, -1).split('|') : [];
  return { short, long: long!, value, choices: argChoices ?? listed, summary: description };
}
