/**
 * jsonlite's `simplify()`: which arrays become vectors, matrices and data frames. The steps are jsonlite's, in its order,
 * because the first that fits decides.
 */
import { getAttribute } from '../../rdata/attribute.js';
import { isNaReal, NA_INTEGER, setNaReal } from '../../rdata/na.js';
import type { RAtomic, RDouble, RList, RValue } from '../../rdata/value.js';
import { rDouble, rInteger, rList, rLogical, rString } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import { bindArrays, bindRows, isArrayList, isMatrixList } from './array.js';
import { JsonBuilt, type JsonNode, JsonObject } from './node.js';
import { simplifyRecords } from './records.js';
import { type NumberText, scalarsToVector, scalarValue } from './scalars.js';

export interface SimplifyOptions extends NumberText {
  readonly vector: boolean;
  readonly dataFrame: boolean;
  readonly matrix: boolean;
}

/** The options for one level of nesting. `subMatrix` is `matrix` for the levels below. */
interface Level extends Pick<SimplifyOptions, 'vector' | 'dataFrame' | 'matrix'> {
  readonly subMatrix: boolean;
  readonly text: NumberText;
}

export function simplifyJson(node: JsonNode, options: SimplifyOptions): RValue {
  const { vector, dataFrame, matrix } = options;
  if (!vector && !dataFrame && !matrix) return plainValue(node);
  return simplify(node, { vector, dataFrame, matrix, subMatrix: matrix, text: options });
}

function simplify(node: JsonNode, level: Level): RValue {
  if (Array.isArray(node)) return simplifyArray(node, level);
  if (node instanceof JsonBuilt) return node.value((values) => simplify(values, columnLevel(level)));
  if (!(node instanceof JsonObject)) return scalarValue(node);
  if (node.keys.length === 0) return rList([], []);
  const below = levelBelow(level);
  const values = node.values.map((value) => simplify(value, below));
  if (level.vector && isDates(values)) return joinDates(values);
  if (level.vector && node.keys.length === 1 && node.keys[0] === '$date') {
    const date = parseDate(values[0] as RValue);
    if (date) return date;
  }
  return rList(values, node.keys);
}

function simplifyArray(array: JsonNode[], level: Level): RValue {
  if (array.length === 0) return rList([]);
  if (level.dataFrame && isRecordList(array)) {
    const column = columnLevel(level);
    const frame = simplifyRecords(array, (values) => simplify(values, column));
    return (level.vector && dateColumn(frame)) || frame;
  }
  if (level.vector && isScalarList(array)) return scalarsToVector(array, level.text);
  const below = levelBelow(level);
  const values = array.map((value) => simplify(value, below));
  if (level.vector && isDates(values)) return joinDates(values);
  if (level.matrix && level.vector && isMatrixList(values) && array.every(isScalarNode)) {
    return bindRows(values as RAtomic[], level.text);
  }
  if (level.matrix && isArrayList(values)) return bindArrays(values as RAtomic[], level.text);
  return fillEmpty(values);
}

function columnLevel(level: Level): Level {
  return { ...level, vector: true, dataFrame: true, matrix: false };
}

function levelBelow(level: Level): Level {
  return level.matrix === level.subMatrix ? level : { ...level, matrix: level.subMatrix };
}

function isRecordList(array: readonly JsonNode[]): array is (JsonObject | null)[] {
  let any = false;
  for (const element of array) {
    if (element instanceof JsonObject) any = true;
    else if (element !== null) return false;
  }
  return any;
}

function isScalarList(array: readonly JsonNode[]): boolean {
  for (const element of array) if (Array.isArray(element) || element instanceof JsonObject) return false;
  return true;
}

/** Whether the node is an array or object of scalars only. */
function isScalarNode(node: JsonNode): boolean {
  if (Array.isArray(node)) return isScalarList(node);
  return node instanceof JsonObject && isScalarList(node.values);
}

/** Empty arrays among data frames or vectors become empty data frames or vectors. */
function fillEmpty(values: RValue[]): RList {
  const isEmpty = (x: RValue): boolean =>
    x.type === 'list' && x.values.length === 0 && x.attributes === undefined;
  const others = values.filter((x) => !isEmpty(x));
  if (others.length === 0 || others.length === values.length) return rList(values);
  if (others.every(isDataFrame)) return rList(values.map((x) => (isEmpty(x) ? emptyDataFrame() : x)));
  if (!others.every(isBareVector)) return rList(values);
  const type = (others[0] as RAtomic).type;
  return rList(values.map((x) => (isEmpty(x) ? emptyVector(type) : x)));
}

function isBareVector(value: RValue): boolean {
  switch (value.type) {
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      return value.attributes === undefined;
    default:
      return false;
  }
}

function isDataFrame(value: RValue): boolean {
  const classes = getAttribute(value, 'class');
  return classes?.type === 'character' && classes.values[0] === 'data.frame';
}

function emptyDataFrame(): RList {
  return {
    type: 'list',
    values: [],
    attributes: [
      { name: 'names', value: rString([]) },
      { name: 'row.names', value: rInteger([]) },
      { name: 'class', value: rString('data.frame') },
    ],
  };
}

function emptyVector(type: RAtomic['type']): RValue {
  switch (type) {
    case 'logical':
      return rLogical([]);
    case 'integer':
      return rInteger([]);
    case 'double':
      return rDouble([]);
    default:
      return rString([]);
  }
}

/** MongoDB's dates: `{"$date": 1700000000000}`. */
function parseDate(value: RValue): RDouble | undefined {
  if (value.type === 'character') return notCovered('a $date as text');
  if (value.type !== 'integer' && value.type !== 'double') return undefined;
  if (getAttribute(value, 'class')) return undefined;
  const { values } = value;
  const seconds = Float64Array.from(values, (x) => x / 1000);
  for (let i = 0; i < values.length; i++) {
    const missing = values instanceof Int32Array ? values[i] === NA_INTEGER : isNaReal(values, i);
    if (missing) setNaReal(seconds, i);
  }
  return {
    type: 'double',
    values: seconds,
    attributes: [...(value.attributes ?? []), { name: 'class', value: rString(['POSIXct', 'POSIXt']) }],
  };
}

function dateColumn(frame: RValue): RValue | undefined {
  const names = getAttribute(frame, 'names');
  if (frame.type !== 'list' || names?.type !== 'character') return undefined;
  if (names.values.length !== 1 || names.values[0] !== '$date') return undefined;
  return parseDate(frame.values[0] as RValue);
}

function isDates(values: readonly RValue[]): values is RDouble[] {
  return values.every((x) => {
    if (x.type !== 'double' || x.values.length > 1) return false;
    const classes = getAttribute(x, 'class');
    return classes?.type === 'character' && classes.values[0] === 'POSIXct';
  });
}

function joinDates(values: readonly RDouble[]): RDouble {
  const length = values.reduce((sum, x) => sum + x.values.length, 0);
  const joined = new Float64Array(length);
  let at = 0;
  for (const x of values) {
    joined.set(x.values, at);
    at += x.values.length;
  }
  return {
    type: 'double',
    values: joined,
    attributes: [{ name: 'class', value: rString(['POSIXct', 'POSIXt']) }],
  };
}

/** No simplification: only lists, with scalars as vectors of length one. */
function plainValue(node: JsonNode): RValue {
  if (Array.isArray(node)) return rList(node.map(plainValue));
  if (node instanceof JsonObject) return rList(node.values.map(plainValue), node.keys);
  if (node instanceof JsonBuilt) return notCovered('a large value without simplification');
  return scalarValue(node);
}
