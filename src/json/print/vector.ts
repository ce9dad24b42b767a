/** The cells of each kind of vector that jsonlite writes element by element. */
import { isUtf8 } from 'node:buffer';
import { getAttribute } from '../../rdata/attribute.js';
import { NA_INTEGER, setNaReal } from '../../rdata/na.js';
import type { RCharacter, RDouble, RInteger, RValue } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import {
  type Cells,
  DoubleCells,
  IntegerCells,
  LogicalCells,
  type NaRule,
  PackedCells,
  StringCells,
} from './cells.js';
import type { JsonMethod } from './dispatch.js';
import type { JsonPrintOptions } from './options.js';
import { JsonSink } from './sink.js';
import { allMidnight, formatDay, formatTime, type TimeStyle } from './time-format.js';

export function vectorCells(
  sink: JsonSink,
  value: RValue,
  method: JsonMethod,
  na: NaRule,
  options: JsonPrintOptions,
): Cells {
  switch (method) {
    case 'factor':
      return factorCells(sink, value as RInteger, na, options);
    case 'Date':
      return dateCells(sink, value as RInteger | RDouble, na, options);
    case 'POSIXct':
      return timeCells(sink, value as RInteger | RDouble, na, options);
    case 'json':
      return jsonCells(sink, value as RCharacter, na, options);
    case 'integer64':
      return integer64Cells(sink, value as RDouble, na);
    default:
      return atomicCells(sink, value, na, options);
  }
}

function atomicCells(sink: JsonSink, value: RValue, na: NaRule, options: JsonPrintOptions): Cells {
  switch (value.type) {
    case 'logical':
      return new LogicalCells(sink, value.values, na);
    case 'integer':
      return new IntegerCells(sink, value.values, na);
    case 'double':
      return new DoubleCells(sink, value.values, na, options);
    case 'character':
      if (value.packed !== undefined) return new PackedCells(sink, value.packed, na);
      return new StringCells(sink, textOf(value, options), na);
    default:
      return notCovered(`a vector of type ${value.type}`);
  }
}

/** The strings. Not covered if R would not write all of them as UTF-8. */
export function textOf(value: RCharacter, options: JsonPrintOptions): RCharacter['values'] {
  if (value.marks === undefined) return value.values;
  for (const { encoding, bytes } of value.marks.values()) {
    if (encoding === 'latin1' || (encoding === 'native' && options.nativeUtf8 && isUtf8(bytes))) continue;
    notCovered('strings that are not UTF-8');
  }
  return value.values;
}

function factorCells(sink: JsonSink, value: RInteger, na: NaRule, options: JsonPrintOptions): Cells {
  if (options.factor === 'integer') return new IntegerCells(sink, value.values, na);
  const labels = getAttribute(value, 'levels') as RCharacter;
  for (const code of value.values) {
    if (code !== NA_INTEGER && !(code >= 1 && code <= labels.values.length)) notCovered('a malformed factor');
  }
  const levels = textOf(labels, options);
  const { values } = value;
  // Escape each level only once.
  const texts = levels.map((level) => (level === null ? null : quoted(level)));
  const missing = na === 'omit' ? undefined : na === 'string' ? '"NA"' : 'null';
  const text = (i: number): Buffer | null | undefined => texts[(values[i] as number) - 1];
  return {
    length: values.length,
    omitted: (i) => missing === undefined && !text(i),
    write(i) {
      const label = text(i);
      if (label) sink.bytes(label);
      else sink.ascii(missing ?? 'NA');
    },
  };
}

function quoted(text: string): Buffer {
  const sink = new JsonSink();
  sink.string(text);
  return sink.finish();
}

function dateCells(sink: JsonSink, value: RInteger | RDouble, na: NaRule, options: JsonPrintOptions): Cells {
  if (options.Date === 'epoch') return atomicCells(sink, value, na, { ...options, alwaysDecimal: false });
  const texts = Array.from(value.values, (days) => {
    if (Number.isNaN(days) || (value.type === 'integer' && days === NA_INTEGER)) return null;
    return formatDay(days) ?? notCovered('a date outside the years 1000 to 9999');
  });
  return new StringCells(sink, texts, na);
}

function timeCells(sink: JsonSink, value: RInteger | RDouble, na: NaRule, options: JsonPrintOptions): Cells {
  const seconds = value.type === 'double' ? value.values : doublesOf(value);
  if (options.POSIXt === 'epoch') return epochCells(sink, seconds, na, options);
  if (!options.UTC && !isUtc(value, options)) notCovered('a time in another zone than UTC');
  if (options.POSIXt === 'string' && options.digitsSecs > 0) notCovered('times with fractions of a second');
  const style: TimeStyle =
    options.POSIXt === 'ISO8601' ? (options.UTC ? 'TZ' : 'T') : allMidnight(seconds) ? 'day' : 'space';
  const texts = Array.from(seconds, (x) => {
    if (Number.isNaN(x)) return null;
    return formatTime(x, style) ?? notCovered('a time outside the years 1000 to 9999');
  });
  return new StringCells(sink, texts, na);
}

function isUtc(value: RValue, options: JsonPrintOptions): boolean {
  const tzone = getAttribute(value, 'tzone');
  const zone = tzone?.type === 'character' ? tzone.values[0] : undefined;
  const name = zone || options.timezone;
  return name === 'UTC' || name === 'GMT' || name === 'Etc/UTC';
}

/** Milliseconds, rounded down. */
function epochCells(sink: JsonSink, seconds: Float64Array, na: NaRule, options: JsonPrintOptions): Cells {
  const milliseconds = seconds.map((x) => Math.floor(x * 1000));
  for (const [i, x] of seconds.entries()) if (Number.isNaN(x)) setNaReal(milliseconds, i);
  return new DoubleCells(sink, milliseconds, na, { ...options, alwaysDecimal: false });
}

function doublesOf(value: RInteger): Float64Array {
  return Float64Array.from(value.values, (x) => (x === NA_INTEGER ? Number.NaN : x));
}

function jsonCells(sink: JsonSink, value: RCharacter, na: NaRule, options: JsonPrintOptions): Cells {
  if (!options.jsonVerbatim) return new StringCells(sink, textOf(value, options), na);
  const texts = textOf(value, options);
  return {
    length: texts.length,
    omitted: () => false,
    write: (i) => sink.utf8(texts[i] ?? notCovered('a missing JSON text')),
  };
}

/** The bits of each double are the integer. The smallest integer is NA. */
function integer64Cells(sink: JsonSink, value: RDouble, na: NaRule): Cells {
  const bytes = value.values.buffer.slice(
    value.values.byteOffset,
    value.values.byteOffset + value.values.byteLength,
  );
  const integers = new BigInt64Array(bytes as ArrayBuffer);
  const isNa = (i: number) => integers[i] === -(2n ** 63n);
  return {
    length: integers.length,
    omitted: (i) => na === 'omit' && isNa(i),
    write: (i) => sink.ascii(isNa(i) ? (na === 'null' ? 'null' : '"NA"') : String(integers[i])),
  };
}
