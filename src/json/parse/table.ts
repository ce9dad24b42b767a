import type { RList, RValue } from '../../rdata/value.js';
import { rString } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import { ScalarColumn, UNFIT } from './column.js';
import { JsonBuilt, type JsonNode } from './node.js';
import { countedRowNames, isSparse, withoutColumns } from './records.js';

/** The column of one key: scalars, nested records, or any other values as nodes. */
export class TableColumn {
  readonly scalars = new ScalarColumn();
  records: JsonTable | undefined;
  nodes: JsonNode[] | undefined;

  /**
   * @param quoted how the key appears in a text without escapes
   */
  constructor(
    readonly key: string,
    readonly quoted: Uint8Array,
  ) {}

  get length(): number {
    return this.nodes?.length ?? this.records?.rows ?? this.scalars.length;
  }

  missing(): void {
    if (this.nodes !== undefined) this.nodes.push(null);
    else if (this.records !== undefined) this.records.rows++;
    else this.scalars.missing();
  }

  /** For values that are not scalars. Only missing values may have come before. */
  become(kind: 'records' | 'nodes'): void {
    if (this.records !== undefined || this.scalars.kind !== 'missing') throw UNFIT;
    if (kind === 'nodes') this.nodes = new Array<JsonNode>(this.scalars.length).fill(null);
    else {
      this.records = new JsonTable();
      this.records.rows = this.scalars.length;
    }
  }
}

/** Builds the columns of an array of objects, in the order in which the keys appear. */
export class JsonTable {
  rows = 0;
  readonly columns: TableColumn[] = [];
  #fields = 0;
  #filled = 0;
  readonly #byKey = new Map<string, TableColumn>();

  column(key: string): TableColumn {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (key === '_row') throw UNFIT;
    const column = new TableColumn(key, Buffer.from(`"${key}"`));
    this.#byKey.set(key, column);
    this.columns.push(column);
    return column;
  }

  /** Fills the column with missing values up to the current row. A duplicate key in a record does not fit. */
  reach(column: TableColumn): void {
    const missing = this.rows - column.length;
    if (missing < 0) throw UNFIT;
    this.#fields++;
    this.#filled += missing;
    if (isSparse(this.#filled, this.#fields)) notCovered('a sparse table');
    for (let i = 0; i < missing; i++) column.missing();
  }

  /** The data frame. `simplify` turns nodes into a column. */
  frame(simplify: (nodes: JsonNode[]) => RValue): RList {
    if (this.columns.length === 0) return withoutColumns(this.rows);
    const values = this.columns.map((column): RValue => {
      this.reach(column);
      if (column.nodes !== undefined) return simplify(column.nodes);
      return column.records?.frame(simplify) ?? column.scalars.value();
    });
    return {
      type: 'list',
      values,
      attributes: [
        { name: 'names', value: rString(this.columns.map(({ key }) => key)) },
        { name: 'class', value: rString('data.frame') },
        { name: 'row.names', value: countedRowNames(this.rows) },
      ],
    };
  }

  /** A node that becomes the data frame once the whole text has been read. */
  node(): JsonNode {
    return new JsonBuilt((simplify) => this.frame(simplify));
  }
}
