/** Binds rows to matrices, and matrices to higher arrays, of a common type. */
import { getAttribute } from '../../rdata/attribute.js';
import { isNaReal, NA_INTEGER, setNaReal } from '../../rdata/na.js';
import type { RAtomic, RInteger, RLogical, RValue } from '../../rdata/value.js';
import { rInteger } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import { doubleText, type NumberText } from './scalars.js';

/** Whether all values are vectors of the same length. */
export function isMatrixList(values: readonly RValue[]): boolean {
  const length = lengthOf(values[0] as RValue);
  return values.every((x) => lengthOf(x) === length && length !== undefined);
}

function lengthOf(value: RValue): number | undefined {
  switch (value.type) {
    case 'NULL':
      return 0;
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      return value.values.length;
    default:
      return undefined;
  }
}

/** Whether all values are arrays of the same dimensions. */
export function isArrayList(values: readonly RValue[]): boolean {
  const first = dimsOf(values[0] as RValue);
  return first !== undefined && values.every((x) => dimsOf(x)?.join() === first.join());
}

function dimsOf(value: RValue): Int32Array | undefined {
  const dim = getAttribute(value, 'dim');
  return dim?.type === 'integer' ? dim.values : undefined;
}

export function bindRows(rows: readonly RAtomic[], text: NumberText): RAtomic {
  return bind(rows, [rows.length, (rows[0] as RAtomic).values.length], text);
}

export function bindArrays(arrays: readonly RAtomic[], text: NumberText): RAtomic {
  return bind(arrays, [arrays.length, ...(dimsOf(arrays[0] as RAtomic) as Int32Array)], text);
}

/** In R's order the first index runs fastest: element `j` of part `i` is at `i + j * parts`. */
function bind(parts: readonly RAtomic[], dims: readonly number[], text: NumberText): RAtomic {
  for (const part of parts) if (getAttribute(part, 'class')) notCovered('dates in a matrix');
  const attributes = [{ name: 'dim', value: rInteger(Int32Array.from(dims)) }];
  const length = (parts[0] as RAtomic).values.length;
  const types = new Set(parts.map((part) => part.type));
  const place = (set: (at: number, part: RAtomic, j: number) => void): void => {
    for (const [i, part] of parts.entries()) {
      for (let j = 0; j < length; j++) set(i + j * parts.length, part, j);
    }
  };
  if (types.has('character')) {
    const values = new Array<string | null>(parts.length * length);
    place((at, part, j) => {
      values[at] = textOf(part, j, text);
    });
    return { type: 'character', values, attributes };
  }
  if (types.has('double')) {
    const values = new Float64Array(parts.length * length);
    place((at, part, j) => setDouble(values, at, part, j));
    return { type: 'double', values, attributes };
  }
  const values = new Int32Array(parts.length * length);
  place((at, part, j) => {
    values[at] = (part as RInteger | RLogical).values[j] as number;
  });
  return { type: types.has('integer') ? 'integer' : 'logical', values, attributes };
}

function setDouble(values: Float64Array, at: number, part: RAtomic, j: number): void {
  const x = part.values[j] as number;
  const missing = part.type === 'double' ? isNaReal(part.values, j) : x === NA_INTEGER;
  if (missing) setNaReal(values, at);
  else values[at] = x;
}

function textOf(part: RAtomic, j: number, text: NumberText): string | null {
  switch (part.type) {
    case 'character':
      return part.values[j] as string | null;
    case 'logical': {
      const x = part.values[j] as number;
      return x === NA_INTEGER ? null : x === 0 ? 'FALSE' : 'TRUE';
    }
    case 'integer': {
      const x = part.values[j] as number;
      return x === NA_INTEGER ? null : String(x);
    }
    case 'double':
      return isNaReal(part.values, j) ? null : doubleText(part.values[j] as number, text);
    default:
      return notCovered(`a matrix of type ${part.type}`);
  }
}
