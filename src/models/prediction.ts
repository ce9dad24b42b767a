import type { Output } from '../app/model-schema.js';
import { getAttribute, isNaReal, NA_INTEGER, type RList, type RValue, readRData } from '../rdata/index.js';

/** The result of one call of predict(), by column. */
export interface Prediction {
  readonly columns: readonly PredictedColumn[];
}

export interface PredictedColumn extends Output {
  /** Element `i` as JSON. */
  text(i: number): string;
}

/** predict() failed, with R's message. */
export interface PredictFailure {
  readonly failure: string;
}

/** Reads the reply to a predict frame. */
export function readPrediction(payload: Uint8Array): Prediction | PredictFailure {
  const [columns, message] = (readRData(payload) as RList).values;
  if (message?.type === 'character') return { failure: message.values[0] ?? 'NA' };
  const names = getAttribute(columns!, 'names');
  if (columns?.type !== 'list' || names?.type !== 'character') return { failure: 'It returned no columns.' };
  return { columns: columns.values.map((value, i) => column(names.values[i] ?? '', value)) };
}

/** A JSON array of objects, one for each row from `from` up to `to`. */
export function rowsJson({ columns }: Prediction, from: number, to: number): string {
  const keys = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  let json = '[';
  for (let row = from; row < to; row++) {
    if (row > from) json += ',';
    for (let i = 0; i < columns.length; i++) json += keys[i]! + columns[i]!.text(row);
    json += columns.length === 0 ? '{}' : '}';
  }
  return `${json}]`;
}

/** A JSON array of the same rows of one column. */
export function columnJson(column: PredictedColumn, from: number, to: number): string {
  let json = '[';
  for (let row = from; row < to; row++) json += row > from ? `,${column.text(row)}` : column.text(row);
  return `${json}]`;
}

function column(name: string, value: RValue): PredictedColumn {
  switch (value.type) {
    case 'double': {
      const { values } = value;
      return { name, type: 'double', text: (i) => doubleText(values, i) };
    }
    case 'logical': {
      const { values } = value;
      return {
        name,
        type: 'logical',
        text: (i) => (values[i] === NA_INTEGER ? 'null' : String(values[i] !== 0)),
      };
    }
    case 'integer': {
      const { values } = value;
      const levels = getAttribute(value, 'levels');
      if (levels?.type === 'character') {
        const texts = levels.values.map((level) => JSON.stringify(level));
        const known = levels.values.map((level) => level ?? 'NA');
        return { name, type: 'factor', levels: known, text: (i) => texts[values[i]! - 1] ?? 'null' };
      }
      return { name, type: 'integer', text: (i) => (values[i] === NA_INTEGER ? 'null' : String(values[i])) };
    }
    case 'character': {
      const { values } = value;
      return { name, type: 'character', text: (i) => JSON.stringify(values[i] ?? null) };
    }
    default:
      throw new TypeError(`column ${name} of a prediction is of type ${value.type}`);
  }
}

/** The shortest digits that read back as the same number. NA is null; NaN and infinities are written for jsonlite. */
function doubleText(values: Float64Array, i: number): string {
  const x = values[i]!;
  if (Number.isFinite(x)) return String(x);
  if (Number.isNaN(x)) return isNaReal(values, i) ? 'null' : '"NaN"';
  return x > 0 ? '"Inf"' : '"-Inf"';
}
