import {
  concat,
  getAttribute,
  type PlainVector,
  type RList,
  type RValue,
  rDataFrame,
  rList,
  rowCount,
} from '../../rdata/index.js';

/** Vectors by name, all with as many elements as there are items. */
export interface Table {
  readonly names: readonly string[];
  readonly columns: readonly PlainVector[];
  readonly items: number;
}

/** The members of a named list whose names are all given and different; undefined for anything else. */
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

/** Items by column; undefined where these are not plain vectors of one length. */
export function table(columns: ReadonlyMap<string, RValue>): Table | undefined {
  let items = 0;
  for (const value of columns.values()) {
    if (!isPlainVector(value) || value.values.length === 0) return undefined;
    if (items !== 0 && value.values.length !== items) return undefined;
    items = value.values.length;
  }
  if (items === 0) return undefined;
  return { names: [...columns.keys()], columns: [...columns.values()] as PlainVector[], items };
}

/** What sets of items must have in common to be put into one: names and types of their columns, in order. */
export function shapeOf({ columns, names }: Table): string {
  return names.map((name, i) => `${JSON.stringify(name)}:${columns[i]!.type}`).join(',');
}

/** Tables of one shape, one below the other. */
export function stack(tables: readonly Table[]): Table {
  const first = tables[0]!;
  return {
    names: first.names,
    columns: first.columns.map((_, c) => concat(tables.map(({ columns }) => columns[c]!))),
    items: tables.reduce((sum, { items }) => sum + items, 0),
  };
}

export function asList({ columns, names }: Table): RList {
  return rList([...columns], [...names]);
}

export function asDataFrame({ columns, items, names }: Table): RList {
  return rDataFrame([...columns], [...names], items);
}

/** The rows of a data frame; undefined for any other value. */
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
