/** Rows as text: CSV and forms. Each value is converted to the JSON value that the type of its field takes. */
import { parse } from 'csv-parse/sync';
import type { Field } from '../app/model-schema.js';
import { PenstockError } from '../errors.js';

/** Numbers as R and others write them. JavaScript also takes forms such as `0x10`. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const logicals = new Map([
  ...['TRUE', 'true', 'True', 'T'].map((text) => [text, true] as const),
  ...['FALSE', 'false', 'False', 'F'].map((text) => [text, false] as const),
]);

type Row = Record<string, unknown>;

/** The rows of a CSV file with a header. As R's write.csv() does it, NA without quotes is a missing value. */
export function csvRows(text: string, fields: readonly Field[]): Row[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  try {
    return parse(text, {
      bom: true,
      columns: true,
      skip_empty_lines: true,
      cast: (value, { column, header, quoting }) =>
        header ? value : jsonValue(byName.get(String(column)), value, quoting),
    }) as Row[];
  } catch (error) {
    throw new PenstockError('body_not_csv', `${(error as Error).message}.`);
  }
}

/** The row of a form; several rows, by column, if names occur several times. */
export function formRows(text: string, fields: readonly Field[]): Row {
  const form = new URLSearchParams(text);
  if (!text.includes('=')) {
    throw new PenstockError(
      'body_not_json',
      'It is not a form either. For CSV, send `Content-Type: text/csv`.',
    );
  }
  const byName = new Map(fields.map((field) => [field.name, field]));
  const names = [...new Set(form.keys())];
  const values = names.map((name) =>
    form.getAll(name).map((value) => jsonValue(byName.get(name), value, false)),
  );
  const several = values.some(({ length }) => length > 1);
  return Object.fromEntries(names.map((name, i) => [name, several ? values[i]! : values[i]![0]]));
}

/** @param quoted a text in quotes is never a missing value */
function jsonValue(field: Field | undefined, text: string, quoted: boolean): unknown {
  const isText = field?.type === 'string' || field?.type === 'factor';
  if (!quoted && text === 'NA') return field?.levels?.includes(text) ? text : null;
  if (text === '' && !isText) return null;
  switch (field?.type) {
    case 'number':
    case 'integer':
      return NUMBER.test(text) ? Number(text) : text;
    case 'boolean':
      return logicals.get(text) ?? text;
    default:
      return text;
  }
}
