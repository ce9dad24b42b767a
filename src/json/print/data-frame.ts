import { getAttribute } from '../../rdata/attribute.js';
import { isCompact, rowCount } from '../../rdata/row-names.js';
import type { RInteger, RList, RValue } from '../../rdata/value.js';
import { rInteger, rList } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import type { Cells } from './cells.js';
import { makeUnique } from './make-unique.js';
import type { JsonPrintOptions } from './options.js';
import type { JsonSink } from './sink.js';
import { textOf } from './vector.js';

/** The rows of a data frame: objects if there are keys, otherwise arrays. */
export class DataFrameRows implements Cells {
  constructor(
    private readonly sink: JsonSink,
    private readonly columns: readonly Cells[],
    private readonly keys: readonly Buffer[] | undefined,
    readonly length: number,
    private readonly indent: number,
  ) {}

  omitted(): boolean {
    return false;
  }

  write(row: number): void {
    if (this.keys) this.object(row, this.keys);
    else this.array(row);
  }

  private object(row: number, keys: readonly Buffer[]): void {
    const { sink, columns, indent } = this;
    let any = false;
    sink.byte(123);
    for (let j = 0; j < columns.length; j++) {
      const column = columns[j] as Cells;
      if (column.omitted(row)) continue;
      if (any) sink.byte(44);
      any = true;
      if (indent >= 0) {
        sink.byte(10);
        sink.spaces(indent + 2);
      }
      sink.bytes(keys[j] as Buffer);
      column.write(row);
    }
    if (any && indent >= 0) {
      sink.byte(10);
      sink.spaces(indent);
    }
    sink.byte(125);
  }

  private array(row: number): void {
    const { sink, columns } = this;
    sink.byte(91);
    for (let j = 0; j < columns.length; j++) {
      if (j > 0) {
        sink.byte(44);
        if (this.indent >= 0) sink.byte(32);
      }
      (columns[j] as Cells).write(row);
    }
    sink.byte(93);
  }
}

export function rowsOf(frame: RList): number {
  const rowNames = getAttribute(frame, 'row.names');
  const rows = rowNames === undefined ? -1 : rowCount(rowNames);
  return rows < 0 ? notCovered('a data frame without row names') : rows;
}

/** The columns that jsonlite writes: list columns without names, and the row names as the last column. */
export function columnsOf(frame: RList, options: JsonPrintOptions): RList {
  const names = getAttribute(frame, 'names');
  if (names?.type !== 'character' || names.values.length !== frame.values.length) {
    return notCovered('a data frame without names');
  }
  if (frame.values.length === 0) notCovered('a data frame without columns');
  const columns = frame.values.map(unnamed);
  let keys = textOf(names, options).slice();
  const rowNames = getAttribute(frame, 'row.names');
  if (rowNames !== undefined && wantsRowNames(rowNames, options.rownames)) {
    const existing = keys.indexOf('_row');
    const column = isCompact(rowNames) ? countTo(rowsOf(frame)) : rowNames;
    if (existing < 0) {
      columns.push(column);
      keys = [...distinctNames(keys), '_row'];
    } else columns[existing] = column;
  }
  return rList(columns, keys);
}

/** R makes the names distinct when jsonlite adds the row names as a column. Missing names are not covered. */
function distinctNames(names: readonly (string | null)[]): (string | null)[] {
  const missing = names.indexOf(null);
  if (missing !== names.lastIndexOf(null)) notCovered('several missing names beside row names');
  const distinct: (string | null)[] = makeUnique(names.map((name) => name ?? '\0'));
  if (missing >= 0) distinct[missing] = null;
  return distinct;
}

function wantsRowNames(rowNames: RValue, rownames: boolean | undefined): boolean {
  if (rownames !== undefined) return rownames;
  if (rowNames.type !== 'character') return false;
  return !rowNames.values.every((name) => name !== null && /^\d+$/.test(name));
}

function unnamed(column: RValue): RValue {
  if (column.type !== 'list' || column.attributes === undefined) return column;
  const classes = getAttribute(column, 'class');
  if (classes?.type === 'character' && classes.values.includes('data.frame')) return column;
  return { ...column, attributes: column.attributes.filter((a) => a.name !== 'names') };
}

function countTo(length: number): RInteger {
  // Row names may name any count, whatever the length of the columns.
  if (length > 2 ** 24) notCovered('so many row names');
  return rInteger(Int32Array.from({ length }, (_, i) => i + 1));
}
