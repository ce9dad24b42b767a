/** Finds the method of jsonlite's `asJSON()` for a value, following its class attribute as R's dispatch does. */
import { getAttribute } from '../../rdata/attribute.js';
import type { RCharacter, RList, RRaw, RValue } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';

export type JsonMethod =
  | 'NULL'
  | 'atomic'
  | 'list'
  | 'pairlist'
  | 'matrix'
  | 'data.frame'
  | 'factor'
  | 'Date'
  | 'POSIXct'
  | 'raw'
  | 'json'
  | 'integer64';

export interface Dispatch {
  readonly method: JsonMethod;
  /** `unbox(x)`: written without brackets. */
  readonly scalar: boolean;
  /** `I(x)`: an atomic vector of length one keeps its brackets. */
  readonly asIs: boolean;
  /** A time series is written without its names. */
  readonly nameless: boolean;
}

/** Subclasses of data frames that jsonlite writes like a data frame. */
const DATA_FRAME_SUBCLASSES = new Set([
  'tbl_df',
  'tbl',
  'grouped_df',
  'rowwise_df',
  'spec_tbl_df',
  'data.table',
]);

const PLAIN: Readonly<Record<string, Dispatch>> = Object.fromEntries(
  (['NULL', 'atomic', 'list', 'pairlist', 'matrix', 'raw'] as const).map((method) => [
    method,
    { method, scalar: false, asIs: false, nameless: false },
  ]),
);

export function dispatch(value: RValue): Dispatch {
  if (!('attributes' in value)) return PLAIN[implicitMethod(value)] as Dispatch;
  if (value.s4) notCovered('an S4 object');
  if (value.attributes === undefined) return PLAIN[implicitMethod(value)] as Dispatch;
  const classes = getAttribute(value, 'class');
  if (classes === undefined) return PLAIN[implicitMethod(value)] as Dispatch;
  if (classes.type !== 'character') return notCovered('a class that is not character');
  return classDispatch(value, classes.values);
}

function classDispatch(value: RValue, classes: RCharacter['values']): Dispatch {
  let scalar = false;
  let asIs = false;
  for (let i = 0; i < classes.length; i++) {
    const name = classes[i] as string | null;
    const next = classes[i + 1];
    if (name === 'scalar') scalar = true;
    else if (name === 'AsIs') asIs = true;
    else if (name === 'ordered' && next === 'factor') continue;
    else if (name !== null && DATA_FRAME_SUBCLASSES.has(name) && classes.at(-1) === 'data.frame') continue;
    else if (i > 0 && isImplicit(value, name)) continue;
    else return { method: classMethod(value, name), scalar, asIs, nameless: name === 'ts' };
  }
  return { method: implicitMethod(value), scalar, asIs, nameless: false };
}

/** `unbox(1)` has the class `c("scalar", "numeric")`. The second is the implicit class of 1. */
function isImplicit(value: RValue, name: string | null): boolean {
  return name === value.type || (name === 'numeric' && value.type === 'double');
}

function classMethod(value: RValue, name: string | null): JsonMethod {
  const dims = getAttribute(value, 'dim') !== undefined;
  if (dims) return notCovered(`class ${name} with dimensions`);
  const numeric = value.type === 'double' || value.type === 'integer';
  switch (name) {
    case 'data.frame':
      if (value.type === 'list') return 'data.frame';
      break;
    case 'factor':
      if (value.type === 'integer' && getAttribute(value, 'levels')?.type === 'character') return 'factor';
      break;
    case 'Date':
      if (numeric) return 'Date';
      break;
    case 'POSIXct':
      if (numeric) return 'POSIXct';
      break;
    case 'json':
      if (value.type === 'character') return 'json';
      break;
    case 'integer64':
      if (value.type === 'double') return 'integer64';
      break;
    case 'ts':
      if (numeric || value.type === 'logical') return 'atomic';
      break;
  }
  return notCovered(`class ${name} on type ${value.type}`);
}

/** The method for a value without a class attribute. */
function implicitMethod(value: RValue): JsonMethod {
  switch (value.type) {
    case 'NULL':
      return 'NULL';
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      return getAttribute(value, 'dim') === undefined ? 'atomic' : 'matrix';
    case 'raw':
      return getAttribute(value as RRaw, 'dim') === undefined ? 'raw' : notCovered('a raw matrix');
    case 'list':
      return getAttribute(value as RList, 'dim') === undefined ? 'list' : 'matrix';
    case 'pairlist':
      return 'pairlist';
    default:
      return notCovered(`type ${value.type}`);
  }
}
