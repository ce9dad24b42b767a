/** jsonlite's `simplifyDataFrame()`: an array of objects as a data frame, one column per key in order of appearance. */
import { NA_INTEGER } from '../../rdata/na.js';
import type { RList, RValue } from '../../rdata/value.js';
import { compactRowNames, rInteger, rString } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import { type JsonNode, JsonObject } from './node.js';

/** @param simplify turns the values of one key into a column */
export function simplifyRecords(
  records: readonly (JsonObject | null)[],
  simplify: (values: JsonNode[]) => RValue,
): RList {
  const columns = transpose(records);
  if (columns.size === 0) return withoutColumns(records.length);
  const names = [...columns.keys()];
  const values = [...columns.values()].map((column) => simplify(column));
  const row = names.indexOf('_row');
  let rowNames: RValue = countedRowNames(records.length);
  if (row >= 0) {
    if (names.length === 1) notCovered('records with only a row name');
    rowNames = givenRowNames(values[row] as RValue, records.length);
    names.splice(row, 1);
    values.splice(row, 1);
  }
  return {
    type: 'list',
    values,
    attributes: [
      { name: 'names', value: rString(names) },
      { name: 'class', value: rString('data.frame') },
      { name: 'row.names', value: rowNames },
    ],
  };
}

/** Whether a table has far more empty cells than fields. With a new key in each record, it grows quadratically. */
export function isSparse(empty: number, fields: number): boolean {
  return empty > 2 ** 20 + 16 * fields;
}

/** The values of each key in all records; `null` if a record lacks the key. The first of duplicate keys counts. */
function transpose(records: readonly (JsonObject | null)[]): Map<string, JsonNode[]> {
  const columns = new Map<string, JsonNode[]>();
  const rows = records.length;
  let fields = 0;
  let sharedKeys: readonly string[] | undefined;
  let shared: JsonNode[][] = [];
  for (let i = 0; i < rows; i++) {
    const record = records[i];
    if (!(record instanceof JsonObject)) continue;
    const { keys, values } = record;
    // Records with the same array of keys need only one look-up of the columns.
    fields += keys.length;
    if (keys !== sharedKeys || keys.length !== values.length) {
      sharedKeys = keys;
      if (isSparse(columns.size * rows, fields)) notCovered('a sparse table');
      shared = keys.map((key) => columnOf(columns, key, rows));
      if (new Set(keys).size !== keys.length) {
        fillFirst(shared, values, i);
        sharedKeys = undefined;
        continue;
      }
    }
    for (let j = 0; j < values.length; j++) (shared[j] as JsonNode[])[i] = values[j] as JsonNode;
  }
  return columns;
}

function columnOf(columns: Map<string, JsonNode[]>, key: string, rows: number): JsonNode[] {
  let column = columns.get(key);
  if (column === undefined) {
    column = new Array<JsonNode>(rows).fill(null);
    columns.set(key, column);
  }
  return column;
}

function fillFirst(columns: readonly JsonNode[][], values: readonly JsonNode[], row: number): void {
  const filled = new Set<JsonNode[]>();
  for (const [j, column] of columns.entries()) {
    if (filled.has(column)) continue;
    filled.add(column);
    column[row] = values[j] as JsonNode;
  }
}

/** For records without keys: `data.frame(matrix(nrow = n, ncol = 0))`. */
export function withoutColumns(rows: number): RList {
  return {
    type: 'list',
    values: [],
    attributes: [
      { name: 'names', value: rString([]) },
      { name: 'class', value: rString('data.frame') },
      { name: 'row.names', value: compactRowNames(rows) },
    ],
  };
}

/** 1..n as stored by `row.names<-`: in short form from 3 on, but not marked as automatic. */
export function countedRowNames(rows: number): RValue {
  if (rows > 2) return rInteger(Int32Array.of(NA_INTEGER, rows));
  return rInteger(Int32Array.from({ length: rows }, (_, i) => i + 1));
}

function givenRowNames(value: RValue, rows: number): RValue {
  if (value.type !== 'character' && value.type !== 'integer')
    return notCovered('row names that are not text');
  const names: (string | number | null)[] = Array.from<string | number | null>(value.values);
  if (value.attributes || names.length !== rows || new Set(names).size !== rows) {
    notCovered('row names that are not distinct');
  }
  if (names.includes(null) || names.includes(NA_INTEGER)) notCovered('missing row names');
  if (value.type === 'integer' && names.every((name, i) => name === i + 1)) return countedRowNames(rows);
  return value;
}
