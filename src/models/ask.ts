/** Asks for what a saved object does not contain: the lines for penstock.yaml, with what to check. */
import { stringify } from 'yaml';
import type { FoundField } from '../app/model-description.js';

/** @param section keys under which the settings of the model stand */
export function askForFields(unclear: readonly FoundField[], section: readonly string[]): string {
  const names = unclear.map(({ name }) => `\`${name}\``);
  const what = `The object does not contain the type or the levels of ${names.join(', ')}.`;
  const lines = unclear.map((field) => {
    const [value, note] = suggestion(field);
    return `${keyOf(field.name)}:${value === '' ? '' : ` ${value}`}  # ${note}`;
  });
  return `${what} Add them to penstock.yaml, as in the training data:\n\n${underSection(section, ['fields:', ...indented(lines)])}\n`;
}

export function askForNames(section: readonly string[]): string {
  const lines = [
    'fields:  # the columns of the training data, in their order',
    ...indented(['FIRST_COLUMN: number', 'SECOND_COLUMN: number']),
  ];
  return `The object does not contain the names of its inputs. Add them to penstock.yaml:\n\n${underSection(section, lines)}\n`;
}

/** The value to paste, and a comment. Where there is nothing to suggest, the line is an error until it is completed. */
function suggestion({ likely, name, ordered, type }: FoundField): [value: string, note: string] {
  const column = /^[A-Za-z.][\w.]*$/.test(name) ? `data$${name}` : `data[[${JSON.stringify(name)}]]`;
  if (type === 'factor') {
    return [`{type: factor, ${ordered ? 'ordered: true, ' : ''}levels: []}`, `list levels(${column})`];
  }
  const factor = '{type: factor, levels: […]}';
  switch (likely) {
    case 'number':
      return [
        'number',
        `if it was a factor or text: ${factor}, with the levels in the order of levels(factor(${column}))`,
      ];
    case 'string':
      return ['{type: factor, levels: []}', `list levels(factor(${column}))`];
    case 'date':
      return ['date', `or datetime, if ${column} was a POSIXct`];
    default:
      return ['', `number, integer, boolean, string, date, datetime, or ${factor} with levels(${column})`];
  }
}

function underSection(section: readonly string[], lines: readonly string[]): string {
  return section
    .reduceRight<readonly string[]>((inner, key) => [`${keyOf(key)}:`, ...indented(inner)], lines)
    .join('\n');
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** A key as YAML writes it: in quotes if need be. */
function keyOf(name: string): string {
  return stringify(name).trimEnd();
}
