/**
 * The elements of a vector as JSON, like `asJSON(x, collapse = FALSE)`, written straight to a sink. Vectors write all
 * cells into an array; data frames write one cell of each column per row.
 */
import { formatGeneral } from '../../rdata/general-format.js';
import { isNaReal, NA_INTEGER } from '../../rdata/na.js';
import { PackedCursor, type PackedText } from '../../rdata/packed-text.js';
import type { JsonPrintOptions } from './options.js';
import { JsonSink } from './sink.js';

export interface Cells {
  readonly length: number;
  /** Whether a data frame omits the field because the element is missing. */
  omitted(i: number): boolean;
  write(i: number): void;
}

/** How missing values are written; `omit` is jsonlite's internal "NA". */
export type NaRule = 'null' | 'string' | 'omit' | undefined;

export class LogicalCells implements Cells {
  readonly length: number;
  private readonly na: string | undefined;

  constructor(
    private readonly sink: JsonSink,
    private readonly values: Int32Array,
    na: NaRule,
  ) {
    this.length = values.length;
    this.na = na === 'omit' ? undefined : na === 'string' ? '"NA"' : 'null';
  }

  omitted(i: number): boolean {
    return this.na === undefined && this.values[i] === NA_INTEGER;
  }

  write(i: number): void {
    const x = this.values[i] as number;
    this.sink.ascii(x === NA_INTEGER ? (this.na ?? 'NA') : x === 0 ? 'false' : 'true');
  }
}

export class IntegerCells implements Cells {
  readonly length: number;
  private readonly na: string | undefined;

  constructor(
    private readonly sink: JsonSink,
    private readonly values: Int32Array,
    na: NaRule,
  ) {
    this.length = values.length;
    this.na = na === 'omit' ? undefined : na === 'null' ? 'null' : '"NA"';
  }

  omitted(i: number): boolean {
    return this.na === undefined && this.values[i] === NA_INTEGER;
  }

  write(i: number): void {
    const x = this.values[i] as number;
    if (x === NA_INTEGER) this.sink.ascii(this.na ?? 'NA');
    else this.sink.integer(x);
  }
}

/** Options for doubles. */
export type NumberFormat = Pick<JsonPrintOptions, 'digits' | 'useSignif' | 'maxDigits' | 'alwaysDecimal'>;

export class DoubleCells implements Cells {
  readonly length: number;

  constructor(
    private readonly sink: JsonSink,
    private readonly values: Float64Array,
    private readonly na: NaRule,
    private readonly format: NumberFormat,
  ) {
    this.length = values.length;
  }

  omitted(i: number): boolean {
    return this.na === 'omit' && !Number.isFinite(this.values[i]);
  }

  write(i: number): void {
    const x = this.values[i] as number;
    if (!Number.isFinite(x)) {
      this.sink.ascii(this.na === 'null' ? 'null' : this.na === 'omit' ? 'NA' : this.nonFinite(x, i));
      return;
    }
    const { digits, useSignif, alwaysDecimal } = this.format;
    const size = Math.abs(x);
    if (
      digits !== null &&
      !useSignif &&
      !alwaysDecimal &&
      digits > -1 &&
      digits < 10 &&
      size < 2147483647 &&
      size > 1e-5
    ) {
      this.sink.decimal(x, digits);
    } else this.sink.ascii(formatDouble(x, this.format));
  }

  private nonFinite(x: number, i: number): string {
    if (x === Number.POSITIVE_INFINITY) return '"Inf"';
    if (x === Number.NEGATIVE_INFINITY) return '"-Inf"';
    return isNaReal(this.values, i) ? '"NA"' : '"NaN"';
  }
}

/** A finite number as jsonlite's `num_to_char` writes it. */
export function formatDouble(x: number, format: NumberFormat): string {
  const text = plainDouble(x, format);
  return format.alwaysDecimal && /^[-0-9]*$/.test(text) ? `${text}.0` : text;
}

function plainDouble(x: number, { digits, useSignif, maxDigits }: NumberFormat): string {
  if (digits === null) return formatGeneral(x, 15);
  if (useSignif) return formatGeneral(x, Math.min(maxDigits, digits));
  const size = Math.abs(x);
  if (digits > -1 && digits < 10 && size < 2147483647 && size > 1e-5) return shortDecimal(x, digits);
  // jsonlite converts decimals to significant digits: the digits before the point, at least one, plus the decimals.
  return formatGeneral(x, Math.ceil(Math.min(maxDigits, Math.max(1, Math.log10(size)) + digits)));
}

function shortDecimal(x: number, digits: number): string {
  const sink = new JsonSink();
  sink.decimal(x, digits);
  return sink.finish().toString('latin1');
}

export class StringCells implements Cells {
  readonly length: number;
  private readonly na: string | undefined;

  constructor(
    private readonly sink: JsonSink,
    private readonly values: readonly (string | null)[],
    na: NaRule,
  ) {
    this.length = values.length;
    this.na = na === 'omit' ? undefined : na === 'string' ? '"NA"' : 'null';
  }

  omitted(i: number): boolean {
    return this.na === undefined && this.values[i] === null;
  }

  write(i: number): void {
    const x = this.values[i] as string | null;
    if (x === null) this.sink.ascii(this.na ?? 'NA');
    else this.sink.string(x);
  }
}

/** Packed strings, which are cheap to read in order. */
export class PackedCells implements Cells {
  readonly length: number;
  private readonly cursor: PackedCursor;
  private readonly na: string | undefined;

  constructor(
    private readonly sink: JsonSink,
    text: PackedText,
    na: NaRule,
  ) {
    this.length = text.length;
    this.cursor = new PackedCursor(text);
    this.na = na === 'omit' ? undefined : na === 'string' ? '"NA"' : 'null';
  }

  omitted(i: number): boolean {
    if (this.na !== undefined) return false;
    this.cursor.to(i);
    return this.cursor.missing;
  }

  write(i: number): void {
    const { cursor } = this;
    cursor.to(i);
    if (cursor.missing) this.sink.ascii(this.na ?? 'NA');
    else this.sink.stringBytes(cursor.bytes, cursor.start, cursor.end);
  }
}
