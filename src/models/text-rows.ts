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

/** Reading text takes ten times as long as reading JSON, and nothing else happens meanwhile. */
const MAX_LENGTH = 2 * 1024 ** 2;
const TOO_LONG = 'CSV and forms may have 2 MB. Send larger tables as JSON';

type Row = Record<string, unknown>;

/** The rows of a CSV file with a header. As in R's read.csv(), NA is a missing value. */
export function csvRows(text: string, fields: readonly Field[]): Row[] {
  const [header = [], ...lines] = csvLines(text);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const columns = header.map((name) => byName.get(name));
  return lines.map((line) =>
    Object.fromEntries(line.map((value, i) => [header[i], jsonValue(columns[i], value)])),
  );
}

function csvLines(text: string): string[][] {
  if (text.length > MAX_LENGTH) throw new PenstockError('body_too_large', `${TOO_LONG}.`);
  try {
    return parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new PenstockError('body_not_csv', `${(error as Error).message}.`);
  }
}

/** The row of a form; several rows, by column, if names occur several times. */
export function formRows(text: string, fields: readonly Field[]): Row {
  if (text.length > MAX_LENGTH) throw new PenstockError('body_too_large', `${TOO_LONG}.`);
  const form = new URLSearchParams(text);
  if (!text.includes('=')) {
    throw new PenstockError(
      'body_not_json',
      'It is not a form either. For CSV, send `Content-Type: text/csv`.',
    );
  }
  const byName = new Map(fields.map((field) => [field.name, field]));
  const columns = new Map<string, unknown[]>();
  for (const [name, value] of form) {
    const read = jsonValue(byName.get(name), value);
    const column = columns.get(name);
    if (column === undefined) columns.set(name, [read]);
    else column.push(read);
  }
  const several = [...columns.values()].some(({ length }) => length > 1);
  return Object.fromEntries(
    [...columns].map(([name, values]) => [name, several ? values : values[0]] as const),
  );
}

function jsonValue(field: Field | undefined, text: string): unknown {
  const isText = field?.type === 'string' || field?.type === 'factor';
  if (text === 'NA') return field?.levels?.includes(text) ? text : null;
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
