import { getAttribute } from './attribute.js';
import { rowCount } from './row-names.js';
import {
  type Attributes,
  compactRowNames,
  type RAtomic,
  type RList,
  type RValue,
  rInteger,
  rString,
} from './value.js';

/** The part of a value for the items from `from` up to `to`. */
export type Slicer = (from: number, to: number) => RValue;

/**
 * How to split a result for `items` items: by element of a vector, factor or unnamed list, by row of a matrix or data
 * frame, and by column for a named list of these. Undefined if the result cannot be split.
 */
export function slicer(value: RValue, items: number): Slicer | undefined {
  switch (value.type) {
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      return atomicSlicer(value, items);
    case 'list':
      return listSlicer(value, items);
    default:
      return undefined;
  }
}

type Sliceable = Exclude<RAtomic, { type: 'complex' | 'raw' }>;

function atomicSlicer(value: Sliceable, items: number): Slicer | undefined {
  const dim = getAttribute(value, 'dim');
  if (dim !== undefined) {
    if (dim.type !== 'integer' || dim.values.length !== 2 || dim.values[0] !== items) return undefined;
    return matrixSlicer(value, items, dim.values[1]!);
  }
  if (value.values.length !== items) return undefined;
  return (from, to) => ({ ...piece(value, from, to), attributes: slicedNames(value.attributes, from, to) });
}

function piece(value: Sliceable, from: number, to: number): Sliceable {
  if (value.type !== 'character') return { ...value, values: value.values.slice(from, to) } as Sliceable;
  return { ...rString(value.values.slice(from, to)), ...slicedMarks(value.marks, (i) => i - from, from, to) };
}

function slicedMarks<Mark>(
  marks: ReadonlyMap<number, Mark> | undefined,
  place: (index: number) => number,
  from: number,
  to: number,
): { marks?: Map<number, Mark> } {
  if (marks === undefined) return {};
  const kept = [...marks].filter(([i]) => i >= from && i < to);
  return kept.length === 0 ? {} : { marks: new Map(kept.map(([i, mark]) => [place(i), mark])) };
}

function slicedNames(attributes: Attributes | undefined, from: number, to: number): Attributes | undefined {
  return attributes?.map(({ name, value }) => ({
    name,
    value: name === 'names' && value.type === 'character' ? piece(value, from, to) : value,
  }));
}

function matrixSlicer(value: Sliceable, rows: number, columns: number): Slicer | undefined {
  if (value.type === 'character' && value.marks !== undefined) return undefined;
  const others = value.attributes!.filter(({ name }) => name !== 'dim' && name !== 'dimnames');
  const dimnames = getAttribute(value, 'dimnames');
  if (dimnames !== undefined && dimnames.type !== 'list') return undefined;
  return (from, to) => {
    const picked = Array.from({ length: (to - from) * columns }, (_, at) => {
      const row = from + (at % (to - from));
      return Math.floor(at / (to - from)) * rows + row;
    });
    const attributes: Attributes = [{ name: 'dim', value: rInteger([to - from, columns]) }];
    if (dimnames !== undefined) {
      const [rowNames, columnNames] = dimnames.values;
      const kept = rowNames?.type === 'character' ? piece(rowNames, from, to) : rowNames!;
      attributes.push({ name: 'dimnames', value: { ...dimnames, values: [kept, columnNames!] } });
    }
    return { ...pick(value, picked), attributes: [...attributes, ...others] };
  };
}

function pick(value: Sliceable, places: readonly number[]): Sliceable {
  switch (value.type) {
    case 'character':
      return rString(places.map((i) => value.values[i]!));
    case 'double':
      return { ...value, values: Float64Array.from(places, (i) => value.values[i]!) };
    default:
      return { ...value, values: Int32Array.from(places, (i) => value.values[i]!) };
  }
}

function listSlicer(value: RList, items: number): Slicer | undefined {
  const names = getAttribute(value, 'names');
  if (isDataFrame(value)) return frameSlicer(value, items);
  if (getAttribute(value, 'class') !== undefined || getAttribute(value, 'dim') !== undefined)
    return undefined;
  const { attributes, values } = value;
  if (names === undefined) {
    if (values.length !== items) return undefined;
    return (from, to) => ({ ...value, values: values.slice(from, to) });
  }
  // By element or by column. If both are possible, the result is ambiguous and is not split.
  const columns = columnSlicers(values, items);
  if (values.length !== items) {
    return columns && ((from, to) => ({ ...value, values: columns.map((column) => column(from, to)) }));
  }
  if (columns !== undefined) return undefined;
  return (from, to) => ({
    ...value,
    values: values.slice(from, to),
    attributes: slicedNames(attributes, from, to),
  });
}

function columnSlicers(values: readonly RValue[], items: number): Slicer[] | undefined {
  const slicers = values.map((column) => slicer(column, items));
  return slicers.every((each) => each !== undefined) ? slicers : undefined;
}

function isDataFrame(value: RList): boolean {
  const classes = getAttribute(value, 'class');
  return classes?.type === 'character' && classes.values.includes('data.frame');
}

function frameSlicer(value: RList, items: number): Slicer | undefined {
  const rowNames = getAttribute(value, 'row.names');
  const columns = columnSlicers(value.values, items);
  if (columns === undefined || rowNames === undefined || rowCount(rowNames) !== items) return undefined;
  return (from, to) => ({
    ...value,
    values: columns.map((column) => column(from, to)),
    attributes: value.attributes!.map((attribute) =>
      attribute.name === 'row.names'
        ? {
            name: 'row.names',
            value: rowNames.type === 'character' ? piece(rowNames, from, to) : compactRowNames(to - from),
          }
        : attribute,
    ),
  });
}
