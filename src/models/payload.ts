import type { Field, PredictOptions } from '../app/model-schema.js';
import {
  type RValue,
  rDataFrame,
  rDouble,
  rInteger,
  rList,
  rLogical,
  rNull,
  rString,
  setAttribute,
  withClass,
  writeRData,
} from '../rdata/index.js';
import type { Cell } from './cell.js';
import type { ColumnSet } from './columns.js';

/** The model of one call of predict(). */
export interface Target {
  readonly loadedAs: string;
  readonly fields: readonly Field[];
}

/** The payload of a predict frame for the rows of one or more requests, in their order. */
export function predictPayload(target: Target, options: PredictOptions, sets: readonly ColumnSet[]): Buffer {
  const { fields, loadedAs } = target;
  const rows = sets.reduce((sum, set) => sum + set.rows, 0);
  const columns = fields.map((field, f) => rVector(field, cellsOf(sets, f)));
  const { interval, level = 0.95, more, type } = options;
  const asked = rList(
    [
      type === undefined ? rNull : rString(type),
      interval === undefined ? rNull : rString(interval),
      interval === undefined ? rNull : rDouble(level),
      more === undefined ? rNull : namedList(more),
    ],
    ['type', 'interval', 'level', 'more'],
  );
  const names = fields.map((field) => field.name);
  return writeRData(rList([rString(loadedAs), asked, rDataFrame(columns, names, rows)]));
}

function namedList(values: Readonly<Record<string, number | string>>): RValue {
  const list = Object.values(values).map((value) =>
    typeof value === 'number' ? rDouble(value) : rString(value),
  );
  return rList(list, Object.keys(values));
}

function cellsOf(sets: readonly ColumnSet[], field: number): readonly Cell[] {
  return sets.length === 1 ? sets[0]!.columns[field]! : sets.flatMap((set) => set.columns[field]!);
}

function rMatrix(rows: readonly (readonly (number | null)[])[], columns: number): RValue {
  const matrix = rDouble(
    Array.from({ length: columns }, (_, at) => rows.map((row) => row[at] ?? null)).flat(),
  );
  setAttribute(matrix, 'dim', rInteger([rows.length, columns]));
  return matrix;
}

/** The field alone determines the type in R, whatever the values are. */
function rVector(field: Field, cells: readonly Cell[]): RValue {
  if (field.columns !== undefined)
    return rMatrix(cells as readonly (readonly (number | null)[])[], field.columns);
  switch (field.type) {
    case 'number':
      return rDouble(cells as (number | null)[]);
    case 'integer':
      return rInteger(cells as (number | null)[]);
    case 'boolean':
      return rLogical(cells as (boolean | null)[]);
    case 'string':
      return rString(cells.slice() as (string | null)[]);
    case 'factor': {
      const factor = rInteger(cells as (number | null)[]);
      setAttribute(factor, 'levels', rString([...(field.levels ?? [])]));
      return field.ordered ? withClass(factor, 'ordered', 'factor') : withClass(factor, 'factor');
    }
    case 'date':
      return withClass(rDouble(cells as (number | null)[]), 'Date');
    case 'datetime': {
      const time = rDouble(cells as (number | null)[]);
      setAttribute(time, 'tzone', rString(field.timezone ?? 'UTC'));
      return withClass(time, 'POSIXct', 'POSIXt');
    }
  }
}
