import type { Flag, Subcommand } from './command-tree.js';

const words = (flags: readonly Flag[]): string => flags.map(({ long }) => long).join(' ');

/** Completion for bash: commands, the flags of a command, the values of a flag that has few, otherwise files. */
export function bashCompletion(commands: readonly Subcommand[]): string {
  const flags = commands.map(({ flags, name }) => `    ${name}) flags="${words(flags)}" ;;`);
  const values = new Map(
    commands.flatMap((command) => command.flags).map(({ choices, long }) => [long, choices] as const),
  );
  const choices = [...values]
    .filter(([, each]) => each.length > 0)
    .map(
      ([long, each]) => `    ${long}) COMPREPLY=($(compgen -W "${each.join(' ')}" -- "$word")); return ;;`,
    );
  return `# Completion of penstock for bash.
_penstock() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" flags=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} help --help --version" -- "$word"))
    return
  fi
  case "$previous" in
${choices.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${flags.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _penstock penstock
`;
}

const zshText = (text: string): string =>
  text.replace(/[\][:'\\]/g, (sign) => (sign === "'" ? "'\\''" : `\\${sign}`));

/** Completion for zsh. */
export function zshCompletion(commands: readonly Subcommand[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`);
  const cases = commands.map(({ flags, name }) => {
    const lines = flags.map(({ choices, long, summary, value }) => {
      const action =
        value === undefined ? '' : `:value:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}`;
      return `        '${long}[${zshText(summary)}]${action}'`;
    });
    return `    ${name})\n      _arguments \\\n${lines.join(' \\\n')} \\\n        '*:file:_files' ;;`;
  });
  return `#compdef penstock
_penstock() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
_penstock "$@"
`;
}

const fishText = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

/** Completion for fish. */
export function fishCompletion(commands: readonly Subcommand[]): string {
  const lines = commands.flatMap(({ flags, name, summary }) => [
    `complete -c penstock -n __fish_use_subcommand -a ${name} -d ${fishText(summary)}`,
    ...flags.map(({ choices, long, summary, value }) => {
      const wanted =
        value === undefined ? '' : choices.length > 0 ? ` -xa ${fishText(choices.join(' '))}` : ' -r';
      return `complete -c penstock -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)}${wanted} -d ${fishText(summary)}`;
    }),
  ]);
  return `# Completion of penstock for fish.\n${lines.join('\n')}\n`;
}
