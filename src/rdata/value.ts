/**
 * R values in JavaScript: one tagged union, `RValue`, and constructors for the values that Penstock builds.
 *
 * Vectors keep R's own representation, including NA. Reading and writing then copy memory and lose nothing. `plain.ts`
 * converts a value to ordinary JavaScript.
 */
import { NA_INTEGER, setNaReal } from './na.js';
import type { PackedText } from './packed-text.js';
import type { RawString } from './raw-string.js';
import { rawString } from './raw-string.js';

/** One attribute of a value, such as `names`, `dim` or `class`, in R's order. */
export interface Attribute {
  readonly name: string;
  value: RValue;
}
export type Attributes = Attribute[];

interface Attributed {
  attributes: Attributes | undefined;
  /** The S4 bit. An S4 object may have a basic vector or a function as its data. */
  s4?: boolean;
}

export interface RNull {
  readonly type: 'NULL';
}
/** Each value is 1, 0 or `NA_INTEGER`. */
export interface RLogical extends Attributed {
  readonly type: 'logical';
  readonly values: Int32Array;
}
export interface RInteger extends Attributed {
  readonly type: 'integer';
  readonly values: Int32Array;
}
/** NA is a NaN with a payload: test it with `isNaReal`, and copy whole arrays, not single elements. */
export interface RDouble extends Attributed {
  readonly type: 'double';
  readonly values: Float64Array;
}
/** Real and imaginary parts alternate. */
export interface RComplex extends Attributed {
  readonly type: 'complex';
  readonly values: Float64Array;
}
export interface RCharacter extends Attributed {
  readonly type: 'character';
  /** `null` is `NA_character_`. */
  readonly values: (string | null)[];
  /** The elements that are not plain UTF-8, by index. */
  readonly marks?: Map<number, RawString> | undefined;
  /** The same strings as R serializes them, if they were read or built in that form. */
  readonly packed?: PackedText | undefined;
}
export interface RRaw extends Attributed {
  readonly type: 'raw';
  readonly values: Uint8Array;
}
export interface RList extends Attributed {
  readonly type: 'list';
  readonly values: RValue[];
}
export interface RExpression extends Attributed {
  readonly type: 'expression';
  readonly values: RValue[];
}
export interface RSymbol {
  readonly type: 'symbol';
  readonly name: string;
  readonly mark?: RawString | undefined;
  /** R's empty argument and unbound value are symbols without a name. */
  readonly special?: 'missing' | 'unbound';
}
export interface PairlistItem {
  readonly tag: RSymbol | undefined;
  readonly value: RValue;
}
export interface RPairlist extends Attributed {
  readonly type: 'pairlist' | 'dots';
  readonly items: PairlistItem[];
  /** What follows the last cell if it is not NULL. Only R's internals create such lists. */
  readonly tail?: RValue | undefined;
}
/** A call. The first item is the function. */
export interface RLanguage extends Attributed {
  readonly type: 'language';
  readonly items: PairlistItem[];
}
export interface RClosure extends Attributed {
  readonly type: 'closure';
  readonly formals: RValue;
  readonly body: RValue;
  readonly environment: RValue;
}
export interface RPromise extends Attributed {
  readonly type: 'promise';
  readonly environment: RValue;
  readonly value: RValue;
  readonly expression: RValue;
}
export interface RBuiltin {
  readonly type: 'builtin' | 'special';
  readonly name: string;
}
/** Environments have identity: the same object is the same environment. */
export interface REnvironment extends Attributed {
  readonly type: 'environment';
  readonly kind: 'global' | 'base' | 'empty' | 'base-namespace' | 'namespace' | 'package' | 'local';
  /** Name and version of a namespace, or the name of an attached package. */
  readonly name?: (string | null)[];
  locked: boolean;
  enclosure: RValue;
  frame: RValue;
  hashTable: RValue;
}
export interface RS4 extends Attributed {
  readonly type: 'S4';
}
export interface RExternalPointer extends Attributed {
  readonly type: 'externalptr';
  protected: RValue;
  tag: RValue;
}
export interface RWeakReference extends Attributed {
  readonly type: 'weakref';
}
/** Compiled code, kept as the expression it was compiled from. R compares that expression, too. */
export interface RBytecode extends Attributed {
  readonly type: 'bytecode';
  readonly expression: RValue;
}

export type RAtomic = RLogical | RInteger | RDouble | RComplex | RCharacter | RRaw;
export type RVector = RAtomic | RList | RExpression;
export type RValue =
  | RNull
  | RVector
  | RSymbol
  | RPairlist
  | RLanguage
  | RClosure
  | RPromise
  | RBuiltin
  | REnvironment
  | RS4
  | RExternalPointer
  | RWeakReference
  | RBytecode;

type Names = readonly (string | null)[];

export const rNull: RNull = Object.freeze({ type: 'NULL' });
export const rMissingArgument: RSymbol = Object.freeze({ type: 'symbol', name: '', special: 'missing' });
export const rUnboundValue: RSymbol = Object.freeze({ type: 'symbol', name: '', special: 'unbound' });

/** A logical vector; `null` is NA. */
export function rLogical(values: boolean | null | readonly (boolean | null)[] | Int32Array): RLogical {
  return { type: 'logical', values: logicalValues(values), attributes: undefined };
}

/** An integer vector; `null` is NA. An `Int32Array` is used without a copy. */
export function rInteger(values: number | null | readonly (number | null)[] | Int32Array): RInteger {
  return { type: 'integer', values: integerValues(values), attributes: undefined };
}

/** A double vector; `null` is NA. A `Float64Array` is used without a copy. */
export function rDouble(values: number | null | readonly (number | null)[] | Float64Array): RDouble {
  if (values instanceof Float64Array) return { type: 'double', values, attributes: undefined };
  const list = Array.isArray(values) ? values : [values as number | null];
  const doubles = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const x = list[i] as number | null;
    if (x === null) setNaReal(doubles, i);
    else doubles[i] = x;
  }
  return { type: 'double', values: doubles, attributes: undefined };
}

/** A character vector in UTF-8; `null` is NA. An array is used without a copy. */
export function rString(values: string | null | (string | null)[]): RCharacter {
  return { type: 'character', values: Array.isArray(values) ? values : [values], attributes: undefined };
}

/**
 * A character vector of strings without an encoding mark, as C code creates them with `mkChar()`. httpuv passes all
 * parts of a request like this. Bytes are kept unchanged.
 */
export function rNativeString(
  values: string | Uint8Array | null | readonly (string | Uint8Array | null)[],
): RCharacter {
  const list = Array.isArray(values) ? values : [values as string | Uint8Array | null];
  let marks: Map<number, RawString> | undefined;
  const strings = list.map((x: string | Uint8Array | null, i: number) => {
    if (x === null) return null;
    const bytes = typeof x === 'string' ? undefined : Buffer.from(x.buffer, x.byteOffset, x.byteLength);
    const text = typeof x === 'string' ? x : Buffer.from(x).toString('utf8');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is exactly the ASCII range.
    if (/^[\x00-\x7f]*$/.test(text)) return text;
    marks ??= new Map();
    marks.set(i, rawString('native', bytes ?? Buffer.from(text, 'utf8')));
    return text;
  });
  return { type: 'character', values: strings, marks, attributes: undefined };
}

export function rRaw(values: Uint8Array): RRaw {
  return { type: 'raw', values, attributes: undefined };
}

/** A list, with `names` if given. A `null` or empty name is R's `""`. */
export function rList(values: RValue[], names?: Names): RList {
  return {
    type: 'list',
    values,
    attributes: names === undefined ? undefined : [{ name: 'names', value: namesVector(names) }],
  };
}

export function rSymbol(name: string): RSymbol {
  return { type: 'symbol', name };
}

/** A data frame of columns of equal length, with automatic row names. */
export function rDataFrame(columns: RValue[], names: Names, rows: number): RList {
  return {
    type: 'list',
    values: columns,
    attributes: [
      { name: 'names', value: namesVector(names) },
      { name: 'class', value: rString('data.frame') },
      { name: 'row.names', value: compactRowNames(rows) },
    ],
  };
}

/** R's short form of the row names 1..n. */
export function compactRowNames(rows: number): RInteger {
  return rInteger(rows === 0 ? new Int32Array(0) : Int32Array.of(NA_INTEGER, -rows));
}

function namesVector(names: Names): RCharacter {
  return rString(names.map((name) => name ?? ''));
}

function integerValues(values: number | null | readonly (number | null)[] | Int32Array): Int32Array {
  if (values instanceof Int32Array) return values;
  if (!Array.isArray(values)) return Int32Array.of((values as number | null) ?? NA_INTEGER);
  const integers = new Int32Array(values.length);
  for (let i = 0; i < integers.length; i++) integers[i] = values[i] ?? NA_INTEGER;
  return integers;
}

function logicalValues(values: boolean | null | readonly (boolean | null)[] | Int32Array): Int32Array {
  if (values instanceof Int32Array) return values;
  const list = Array.isArray(values) ? values : [values as boolean | null];
  return Int32Array.from(list, (x) => (x === null ? NA_INTEGER : Number(x)));
}
