import { NA_INTEGER, setNaReal } from '../../rdata/na.js';
import { isPlainDecimal, numberText } from '../../rdata/number-text.js';
import type { RValue } from '../../rdata/value.js';
import { rDouble, rInteger, rLogical, rNull, rString } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import { JsonDouble, type JsonNode } from './node.js';

/** How numbers become text. */
export interface NumberText {
  readonly scipen: number;
  /** R 4.3 changed how numbers become text. */
  readonly newNumberText: boolean;
}

type Scalar = null | boolean | string | number | JsonDouble;

/** One scalar before any simplification. */
export function scalarValue(node: Exclude<JsonNode, object> | JsonDouble | null): RValue {
  if (node === null) return rNull;
  if (typeof node === 'string') return rString(node);
  if (typeof node === 'number') return rInteger(node);
  if (typeof node === 'boolean') return rLogical(node);
  return rDouble(node.value);
}

/**
 * An array of scalars as one vector of their widest type. `null` is NA. The strings that jsonlite writes for special
 * numbers become those numbers, unless the array has any other string.
 */
export function scalarsToVector(array: readonly JsonNode[], text: NumberText): RValue {
  const scalars = array as readonly Scalar[];
  let anyInteger = false;
  let anyDouble = false;
  for (const x of scalars) {
    if (typeof x === 'number') anyInteger = true;
    else if (typeof x === 'string') {
      if (!isSpecial(x)) return rString(scalars.map((y) => scalarText(y, text)));
      if (x !== 'NA') anyDouble = true;
    } else if (x !== null && typeof x !== 'boolean') anyDouble = true;
  }
  if (anyDouble) return rDouble(doubles(scalars));
  const integers = new Int32Array(scalars.length);
  for (let i = 0; i < integers.length; i++) {
    const x = scalars[i];
    integers[i] = x === null || typeof x === 'string' ? NA_INTEGER : Number(x);
  }
  return anyInteger ? rInteger(integers) : rLogical(integers);
}

function isSpecial(text: string): boolean {
  return text === 'NA' || text === 'NaN' || text === 'Inf' || text === '-Inf';
}

function doubles(scalars: readonly Scalar[]): Float64Array {
  const values = new Float64Array(scalars.length);
  for (let i = 0; i < values.length; i++) {
    const x = scalars[i] as Scalar;
    if (x instanceof JsonDouble) values[i] = x.value;
    else if (x === null || x === 'NA') setNaReal(values, i);
    else if (x === 'Inf') values[i] = Number.POSITIVE_INFINITY;
    else if (x === '-Inf') values[i] = Number.NEGATIVE_INFINITY;
    else values[i] = x === 'NaN' ? Number.NaN : Number(x);
  }
  return values;
}

function scalarText(x: Scalar, text: NumberText): string | null {
  if (x === null || typeof x === 'string') return x;
  if (typeof x === 'number') return String(x);
  if (typeof x === 'boolean') return x ? 'TRUE' : 'FALSE';
  return doubleText(x.value, text);
}

/** A double among strings. Only plain decimals are equal in all versions of R. */
export function doubleText(x: number, { scipen, newNumberText }: NumberText): string {
  const result = numberText(x, scipen);
  if (newNumberText && (scipen !== 0 || !isPlainDecimal(result))) {
    notCovered('a number among strings');
  }
  return result;
}
