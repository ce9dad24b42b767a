import {
  type Option,
  type OptionName,
  optionGroups,
  optionNames,
  options,
  variableOf,
} from '../../src/config/options.js';

/** docs/configuration.md, from the table of options. */
export function configurationPage(): string {
  return `${intro}\n${Object.keys(optionGroups)
    .map((group) => groupSection(group as Group))
    .join('\n')}`;
}

type Group = keyof typeof optionGroups;

const intro = `# Configuration

<!-- Written by \`npm run docs\` from src/config/options.ts. -->

Every option has one name and can be set in three places. A flag wins over the environment, which wins over the file,
which wins over the default.

| place | \`admin-port\` as an example |
| --- | --- |
| flag | \`penstock serve --admin-port 9100\` |
| environment | \`PENSTOCK_ADMIN_PORT=9100\` |
| file | \`admin-port: 9100\` |

**The file** is \`penstock.yaml\` (or \`penstock.yml\`) next to the app; if there is none, the one in the working
directory; or the one that \`--config\` or \`PENSTOCK_CONFIG\` names. Only one is read. An unknown option, a wrong value or
a key without a value is an error that names the line; all of them are told at once. A relative path in the file counts
from the file's folder, elsewhere from the working directory.

**In the environment** an empty variable counts as not set. An unknown variable that starts with \`PENSTOCK_\` is only
warned of, and those that Kubernetes sets for a Service named \`penstock\` (such as
\`PENSTOCK_PORT=tcp://10.0.0.1:80\`) are passed over.

**Durations** are written like \`500ms\`, \`5s\`, \`2m\` or \`1h\`; a plain number is in seconds. **Sizes** are written like
\`16kb\` or \`100mb\`, in steps of 1024; a plain number is in bytes. **Yes and no** are \`--access-log\` and
\`--no-access-log\` as flags and \`true\` and \`false\` elsewhere (\`yes\`, \`on\`, \`1\`, \`no\`, \`off\` and \`0\` will do).

The file may also have the sections \`access\` and \`rules\` ([security.md](security.md#who-may-ask-for-what)), \`model\` and
\`models\` ([models.md](models.md)).

All options can be set for all commands; the flags that a command has are those that matter to it
(\`penstock serve --help\`).
`;

function groupSection(group: Group): string {
  const names = optionNames.filter((name) => options[name].group === group);
  return `## ${optionGroups[group]}\n\n${names.map(optionSection).join('\n')}`;
}

function optionSection(name: OptionName): string {
  const {
    kind,
    default: byDefault,
    defaultNote,
    summary,
    details,
    commands,
    inFile,
  }: Option<unknown> = options[name];
  const flag = kind.placeholder === undefined ? `--${name}, --no-${name}` : `--${name} <${kind.placeholder}>`;
  const shown = byDefault === undefined ? '' : `\`${byDefault}\``;
  const note = defaultNote === undefined ? '' : defaultNote;
  return `### \`${name}\`

${summary}${details === undefined ? '' : ` ${details}`}

| | |
| --- | --- |
| default | ${shown}${shown && note ? ': ' : ''}${note} |
| values | ${kind.expects} |
| flag | ${commands.length === 0 ? 'none' : `\`${flag.replaceAll('|', '\\|')}\` of ${commands.map((command) => `\`${command}\``).join(', ')}`} |
| elsewhere | \`${variableOf(name)}\`${inFile === false ? '; not in the file itself' : ''} |
`;
}
