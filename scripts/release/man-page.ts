import type { Subcommand } from './command-tree.js';

/** The manual page, as Markdown for pandoc. */
export function manPage(commands: readonly Subcommand[], version: string): string {
  const sections = commands.map(({ arguments: given, flags, name, summary }) => {
    const entries = flags.map(({ long, short, summary, value }) => {
      const names = [short, long].filter((each) => each !== undefined).map((each) => `**${literal(each)}**`);
      return `${names.join(', ')}${value === undefined ? '' : ` *${literal(value)}*`}\n:   ${literal(summary) || 'See above.'}\n`;
    });
    return `## penstock ${name} \\[options\\] ${literal(given)}\n\n${literal(summary)}\n\n${entries.join('\n')}`;
  });
  return `% PENSTOCK(1) Penstock ${version}

# NAME

penstock - serve a plumber API or a saved model from a pool of R processes

# SYNOPSIS

**penstock** *command* \\[*options*\\] \\[*argument*\\]

# DESCRIPTION

Penstock serves an unmodified plumber API, or a saved R model, from a pool of R processes behind one HTTP address. Each
option can also be set in the environment (PENSTOCK_ADMIN_PORT for **--admin-port**) or in a file (admin-port: 9000 in
penstock.yaml). Flags override the environment, which overrides the file.

# COMMANDS

${sections.join('\n')}

# FILES

*penstock.yaml*
:   The configuration of an app, in its folder.

*/etc/penstock/NAME.yaml*
:   The configuration of the service **penstock@NAME**, which serves */srv/NAME*.

*/etc/penstock/NAME.env*
:   Its environment, one NAME=value in each line, for keys and passwords. Optional.

# EXIT STATUS

0 for success, 1 for a failure, 2 for invalid usage.
`;
}

/** Text without Markdown. */
function literal(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+.!|$~^@'"-]/g, '\\$&');
}
