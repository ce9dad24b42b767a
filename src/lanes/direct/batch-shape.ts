import {
  getAttribute,
  type RCharacter,
  type RDouble,
  type RInteger,
  type RList,
  type RLogical,
  type RValue,
  rDataFrame,
  rList,
  rowCount,
} from '../../rdata/index.js';

/** A vector without attributes, of a type that arguments can have. */
type PlainVector = RLogical | RInteger | RDouble | RCharacter;

/** Named vectors of the same length, with one element per item. */
export interface Table {
  readonly names: readonly string[];
  readonly types: readonly PlainVector['type'][];
  readonly items: number;
  /** The columns; for a single item, its elements. */
  readonly columns?: readonly PlainVector[];
  readonly row?: readonly Scalar[];
}

export type Scalar = number | string | boolean;

/** The members of a list with unique, non-empty names; undefined for any other value. */
export function members(value: RValue): ReadonlyMap<string, RValue> | undefined {
  if (value.type === 'NULL') return new Map();
  if (value.type !== 'list') return undefined;
  if (value.values.length === 0) return new Map();
  const names = getAttribute(value, 'names');
  if (names?.type !== 'character' || names.marks !== undefined) return undefined;
  const map = new Map<string, RValue>();
  for (const [i, name] of names.values.entries()) {
    if (name === null || name === '' || map.has(name)) return undefined;
    map.set(name, value.values[i]!);
  }
  return map;
}

/** A table of these columns; undefined unless they are plain vectors of equal length. */
export function table(columns: ReadonlyMap<string, RValue>): Table | undefined {
  let items = 0;
  for (const value of columns.values()) {
    if (!isPlainVector(value) || value.values.length === 0) return undefined;
    if (items !== 0 && value.values.length !== items) return undefined;
    items = value.values.length;
  }
  if (items === 0) return undefined;
  const vectors = [...columns.values()] as PlainVector[];
  return { names: [...columns.keys()], types: vectors.map(({ type }) => type), columns: vectors, items };
}

/**
 * Keys for the shape of tables: the names and types of their columns, in order. Tables of the same shape can be joined.
 * The last key is kept, because nearly all requests of a route have the shape of the previous one.
 */
export class Shapes {
  readonly #prefix: string;
  #names: Table['names'] = [];
  #types: Table['types'] = [];
  #shape = '';

  /** @param prefix the prefix of each key */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of({ names, types }: Table): string {
    if (this.#shape === '' || !areEqual(names, this.#names) || !areEqual(types, this.#types)) {
      this.#names = names;
      this.#types = types;
      this.#shape = this.#prefix + JSON.stringify([names, types]);
    }
    return this.#shape;
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The columns of tables of the same shape, joined row by row. */
function stack(tables: readonly Table[]): PlainVector[] {
  const { types } = tables[0]!;
  const items = rowsOf(tables);
  return types.map((type, c) =>
    type === 'character' ? joinStrings(tables, c) : joinNumbers(type, tables, c, items),
  );
}

function rowsOf(tables: readonly Table[]): number {
  return tables.reduce((sum, { items }) => sum + items, 0);
}

function joinNumbers(
  type: 'logical' | 'integer' | 'double',
  tables: readonly Table[],
  c: number,
  items: number,
): PlainVector {
  const values = type === 'double' ? new Float64Array(items) : new Int32Array(items);
  let at = 0;
  for (let t = 0; t < tables.length; t++) {
    const { columns, row } = tables[t]!;
    if (columns === undefined) {
      values[at++] = Number(row![c]);
    } else {
      const piece = columns[c] as RDouble | RInteger;
      values.set(piece.values, at);
      at += piece.values.length;
    }
  }
  return { type, values, attributes: undefined } as PlainVector;
}

function joinStrings(tables: readonly Table[], c: number): RCharacter {
  const values: (string | null)[] = [];
  const marks: NonNullable<RCharacter['marks']> = new Map();
  for (const { columns, row } of tables) {
    if (columns === undefined) {
      values.push(row![c] as string);
      continue;
    }
    const piece = columns[c] as RCharacter;
    for (const [i, mark] of piece.marks ?? []) marks.set(values.length + i, mark);
    for (const text of piece.values) values.push(text);
  }
  return { type: 'character', values, attributes: undefined, ...(marks.size > 0 && { marks }) };
}

export function asList(tables: readonly Table[]): RList {
  return rList(stack(tables), [...tables[0]!.names]);
}

export function asDataFrame(tables: readonly Table[]): RList {
  return rDataFrame(stack(tables), [...tables[0]!.names], rowsOf(tables));
}

/** The number of rows of a data frame; undefined for any other value. */
export function frameRows(value: RValue): number | undefined {
  const classes = getAttribute(value, 'class');
  if (value.type !== 'list' || classes?.type !== 'character' || classes.values[0] !== 'data.frame')
    return undefined;
  const rowNames = getAttribute(value, 'row.names');
  return rowNames === undefined ? undefined : rowCount(rowNames);
}

function isPlainVector(value: RValue): value is PlainVector {
  switch (value.type) {
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      return value.attributes === undefined || value.attributes.length === 0;
    default:
      return false;
  }
}
