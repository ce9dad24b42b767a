import type { Command, Option } from 'commander';
import { createProgram } from '../../src/program.js';

/** R functions for the commands, in this order. R code that needs another one calls penstock(). */
const exported = ['serve', 'dev', 'routes', 'doctor', 'bench', 'image', 'manifests', 'deploy'] as const;
type Exported = (typeof exported)[number];

/** Arguments that only the R function has, with their default and their documentation. */
const ownArguments: Partial<Record<Exported, readonly (readonly [string, string, string])[]>> = {
  serve: [
    ['background', 'FALSE', '`TRUE`: return at once, with a [penstock_server] object.'],
    ['open', 'interactive()', 'Whether to show the API documentation when the server is ready.'],
  ],
  dev: [['open', 'interactive()', 'Whether to show the API documentation when the server is ready.']],
};

/** What the R function does with its arguments, where it is not just to run the command. */
const calls: Partial<Record<Exported, string>> = {
  serve: 'serve_app(app, call_flags(), background, open, quote_name(substitute(app)))',
  dev: 'dev_app(app, call_flags(), open)',
  doctor: 'run_command("doctor", app, call_flags(), fails = FALSE)',
};

const apps = 'A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`)';

const invisibly = 'Nothing; an error if the command fails.';

/** What the R function returns, where that is not `invisibly`. */
const results: Partial<Record<Exported, string>> = {
  serve: 'With `background = TRUE` a [penstock_server]. Otherwise nothing, when the server has stopped.',
  dev: 'Nothing, when the server has stopped.',
  doctor: 'Invisibly, whether everything is there.',
};

/** What the first argument may be. */
const targets: Partial<Record<Exported, string>> = {
  serve: `${apps}; or a plumber router, or a fitted model.`,
  bench: 'A URL, a plumber file or folder, or a saved model.',
};

/** r-package/R/commands.R, from the commands and their flags. */
export function rCommands(): string {
  const program = createProgram(() => {});
  const functions = exported.map((name) => {
    return commandFunction(name, program.commands.find((command) => command.name() === name)!);
  });
  return `# Generated from the commands of the command line; \`npm run docs\` writes it.\n\n${functions.join('\n')}`;
}

function commandFunction(name: Exported, command: Command): string {
  const options = new Map<string, Option[]>();
  for (const option of command.options) {
    const key = argumentName(option);
    options.set(key, [...(options.get(key) ?? []), option]);
  }
  const own = ownArguments[name] ?? [];
  const first = name === 'bench' ? 'target' : 'app';
  const formals = [
    name === 'bench' ? first : `${first} = "."`,
    ...own.map(([argument, byDefault]) => `${argument} = ${byDefault}`),
    ...[...options.keys()].map((argument) => `${argument} = NULL`),
  ];
  const documented = [
    `@param ${first} ${targets[name] ?? `${apps}.`}`,
    ...own.map(([argument, , text]) => `@param ${argument} ${text}`),
    ...[...options].map(([argument, all]) => `@param ${argument} ${escaped(documentation(all))}`),
  ];
  const call = calls[name] ?? `run_command("${name}", ${first}, call_flags())`;
  return [
    ...rdLines(command.description()),
    "#'",
    ...rdLines(
      `Arguments that are \`NULL\` are not passed: the environment, \`penstock.yaml\` or the default decides.`,
    ),
    "#'",
    ...documented.flatMap(rdLines),
    `#' @return ${results[name] ?? invisibly}`,
    `#' @example man/examples/${name}.R`,
    "#' @export",
    `${signature(name, formals)} {`,
    `  ${call}`,
    '}',
    '',
  ].join('\n');
}

function argumentName(option: Option): string {
  return option.long!.replace(/^--(no-)?/, '').replaceAll('-', '_');
}

/** A flag and its negation are one argument, TRUE or FALSE. */
function documentation(options: readonly Option[]): string {
  const [option] = options;
  const texts = options
    .filter(({ description }) => description !== '')
    .map(({ description, negate, optional, required }) => {
      return required || optional ? description : `\`${negate ? 'FALSE' : 'TRUE'}\`: ${description}`;
    });
  const several = option!.variadic ? ' Several values are a vector.' : '';
  return `${texts.join(' ')}${several}`;
}

/** In roxygen's Markdown, what looks like R code or a link in a text is not meant as one. */
function escaped(text: string): string {
  return text.replaceAll('%', '\\%').replaceAll('[', '\\[').replaceAll('{', '\\{');
}

function rdLines(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 110) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `#' ${index === 0 ? '' : '  '}${line}`);
}

function signature(name: string, formals: readonly string[]): string {
  const lines: string[] = [`${name} <- function(`];
  for (const [index, formal] of formals.entries()) {
    const word = index === formals.length - 1 ? `${formal})` : `${formal}, `;
    if ((lines.at(-1) + word).trimEnd().length <= 116) lines[lines.length - 1] += word;
    else lines.push(`    ${word}`);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}
