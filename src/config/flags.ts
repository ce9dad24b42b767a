import { type Command, Option } from 'commander';
import {
  type CommandName,
  fieldOf,
  type Option as OptionEntry,
  type OptionName,
  optionGroups,
  optionNames,
  options,
} from './options.js';

/** Adds the flags of a command from the table of options. */
export function addFlags(command: Command, name: CommandName): void {
  for (const option of optionNames.filter((option) => appliesTo(option, name))) {
    const {
      kind,
      summary,
      group,
      default: byDefault,
      defaultNote,
      negated,
    }: OptionEntry<unknown> = options[option];
    const heading = `${optionGroups[group]}:`;
    const shown = defaultNote ?? byDefault;
    const suffix = shown === undefined ? '' : ` (default: ${shown})`;
    if (kind.placeholder !== undefined) {
      command.addOption(
        new Option(`--${option} <${kind.placeholder}>`, `${summary}${suffix}`).helpGroup(heading),
      );
      continue;
    }
    // Help shows only the form that changes the default. The other form overrides a variable or the file.
    const on = byDefault === 'true';
    command.addOption(new Option(`--${option}`, summary).helpGroup(heading).hideHelp(on));
    command.addOption(new Option(`--no-${option}`, negated).helpGroup(heading).hideHelp(!on));
  }
}

/** The flags that the user passed, by option name. */
export function flagsOf(command: Command): Partial<Record<OptionName, string | boolean>> {
  const values = command.opts<Record<string, string | boolean>>();
  const entries = optionNames.map((name) => [name, values[fieldOf(name)]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function appliesTo(option: OptionName, command: CommandName): boolean {
  return (options[option].commands as readonly CommandName[]).includes(command);
}
