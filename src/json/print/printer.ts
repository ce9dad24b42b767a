import { getAttribute } from '../../rdata/attribute.js';
import type { RList, RPairlist, RRaw, RValue } from '../../rdata/value.js';
import { rList, rString } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';
import { type ArrayShape, writeArray, writeSlice } from './array.js';
import type { Cells, NaRule } from './cells.js';
import { columnsOf, DataFrameRows, rowsOf } from './data-frame.js';
import { type Dispatch, dispatch } from './dispatch.js';
import { keyNames, objectKeys, writeKey, writeVector } from './layout.js';
import type { JsonPrintOptions } from './options.js';
import type { JsonSink } from './sink.js';
import { textOf, vectorCells } from './vector.js';

/** R fails for values nested some hundred levels deep. R itself decides where exactly. */
const MAX_DEPTH = 100;

/** What jsonlite's methods pass down to the elements of a value. */
export interface Context {
  readonly na: NaRule;
  readonly autoUnbox: boolean;
  /** Spaces of indentation, or -1 for everything on one line. */
  readonly indent: number;
  readonly keepVecNames: boolean;
}

/** jsonlite's base64 has a line feed, escaped here, after each full line. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll(/[^=]{72}/g, '$&\\n');
}

/**
 * Writes one value like `asJSON()`. Each method matches one of jsonlite's. It passes on or drops the same arguments,
 * because that is visible in the output.
 */
export class JsonPrinter {
  readonly sink: JsonSink;
  readonly options: JsonPrintOptions;
  private depth = 0;

  constructor(sink: JsonSink, options: JsonPrintOptions) {
    this.sink = sink;
    this.options = options;
  }

  print(value: RValue): void {
    const { na, autoUnbox, pretty, keepVecNames } = this.options;
    this.value(value, { na, autoUnbox, indent: pretty ? 0 : -1, keepVecNames });
  }

  /** With `collapse = TRUE`: one JSON text for the whole value. */
  value(value: RValue, context: Context): void {
    if (++this.depth > MAX_DEPTH) notCovered('deep nesting');
    const found = dispatch(value);
    switch (found.method) {
      case 'NULL':
        this.sink.ascii(this.options.null === 'null' ? 'null' : '{}');
        break;
      case 'list':
        if (found.scalar) notCovered('unbox() of a list');
        this.list(value as RList, context, false);
        break;
      case 'pairlist':
        this.list(listOf(value as RPairlist), context, false);
        break;
      case 'matrix':
        if (found.scalar) notCovered('unbox() of a matrix');
        this.matrix(value, context);
        break;
      case 'data.frame':
        this.dataFrame(value as RList, context, found.scalar);
        break;
      case 'raw':
        this.raw(value as RRaw, found, context);
        break;
      default:
        this.vector(value, found, context);
    }
    this.depth--;
  }

  /** With `collapse = FALSE`: one text per row of a data frame. */
  column(value: RValue, context: Context, outerNa: NaRule): Cells {
    if (++this.depth > MAX_DEPTH) notCovered('deep nesting');
    const found = dispatch(value);
    const inner = context.na === 'omit' ? outerNa : context.na;
    const cells = this.columnCells(value, found, context, inner);
    this.depth--;
    return cells;
  }

  private columnCells(value: RValue, found: Dispatch, context: Context, inner: NaRule): Cells {
    switch (found.method) {
      case 'NULL':
      case 'raw':
      case 'pairlist':
        return notCovered(`a column of type ${value.type}`);
      case 'list':
        return this.listCells(value as RList, { ...context, na: inner, indent: deeper(context.indent) });
      case 'matrix':
        return this.matrixRows(value, { ...context, na: inner });
      case 'data.frame':
        return this.frameRows(value as RList, context);
      default:
        return vectorCells(this.sink, value, found.method, context.na, this.options);
    }
  }

  private vector(value: RValue, found: Dispatch, context: Context): void {
    const { method } = found;
    const cells = vectorCells(this.sink, value, method, context.na, this.options);
    if (context.keepVecNames && !found.nameless && method !== 'json') {
      const names = getAttribute(value, 'names');
      if (names?.type === 'character' && names.values.length > 0) {
        if (method === 'integer64' || found.scalar) notCovered('names of such a vector');
        if (names.values.length !== cells.length) notCovered('names of another length');
        // jsonlite prints each element as a scalar, without this option.
        const ofScalars = { ...this.options, alwaysDecimal: false };
        this.namedVector(vectorCells(this.sink, value, method, context.na, ofScalars), names.values);
        return;
      }
    }
    if (found.scalar || (method === 'json' && this.options.jsonVerbatim)) {
      if (cells.length !== 1) notCovered('a scalar whose length is not one');
      cells.write(0);
      return;
    }
    const unbox = context.autoUnbox && !(found.asIs && cells.length === 1);
    writeVector(this.sink, cells, unbox, context.indent >= 0);
  }

  /** `keep_vec_names`: jsonlite converts the vector to a list and drops the indentation. */
  private namedVector(cells: Cells, names: readonly (string | null)[]): void {
    const keys = objectKeys(names, this.options.noDots);
    this.sink.byte(123);
    for (let i = 0; i < cells.length; i++) {
      if (i > 0) this.sink.byte(44);
      this.sink.bytes(keys[i] as Buffer);
      cells.write(i);
    }
    this.sink.byte(125);
  }

  private raw(value: RRaw, found: Dispatch, context: Context): void {
    const { sink } = this;
    const bytes = Buffer.from(value.values.buffer, value.values.byteOffset, value.values.byteLength);
    switch (this.options.raw) {
      case 'base64': {
        const unbox = found.scalar || (context.autoUnbox && !(found.asIs && bytes.length === 1));
        const text = `"${base64(bytes)}"`;
        sink.ascii(unbox ? text : `[${text}]`);
        break;
      }
      case 'int': {
        const unbox = context.autoUnbox && !(found.asIs && bytes.length === 1);
        if (found.scalar) notCovered('unbox() of raw integers');
        const text = Array.from(bytes).join(context.indent >= 0 ? ', ' : ',');
        sink.ascii(unbox && bytes.length === 1 ? text : `[${text}]`);
        break;
      }
      case 'js':
        sink.ascii(`(new Uint8Array([${Array.from(bytes).join(',')}]))`);
        break;
      case 'mongo':
        if (getAttribute(value, 'type')) notCovered('a raw vector with a type');
        sink.ascii(`{"$binary":"${base64(bytes)}","$type":"5"}`);
    }
  }

  private list(value: RList, context: Context, isFrame: boolean): void {
    const { sink } = this;
    const { values } = value;
    const names = getAttribute(value, 'names');
    const keys =
      names?.type === 'character' ? keyNames(textOf(names, this.options), this.options.noDots) : undefined;
    const inner: Context = {
      ...context,
      na: context.na === 'omit' ? undefined : context.na,
      indent: deeper(context.indent),
    };
    if (keys && keys.length !== values.length) notCovered('names of another length');
    sink.byte(keys ? 123 : 91);
    for (let i = 0; i < values.length; i++) {
      const element = values[i] as RValue;
      this.separate(i > 0, context.indent);
      if (keys) writeKey(sink, keys[i] as string, context.indent >= 0);
      // With `dataframe = "columns"`, columns stay arrays, whatever their length.
      this.value(
        element,
        isFrame && inner.autoUnbox ? { ...inner, autoUnbox: element.type === 'list' } : inner,
      );
    }
    this.close(values.length > 0, context.indent);
    sink.byte(keys ? 125 : 93);
  }

  private listCells(value: RList, context: Context): Cells {
    return {
      length: value.values.length,
      omitted: () => false,
      write: (i) => this.value(value.values[i] as RValue, context),
    };
  }

  private matrix(value: RValue, context: Context): void {
    const shape = this.shape(value, context);
    if (shape.dims.length === 1) {
      writeVector(this.sink, shape.cells, false, context.indent >= 0);
      return;
    }
    if (this.options.matrix === 'columnmajor') shape.order.reverse();
    if (shape.dims.includes(0) && (shape.dims.length > 2 || this.options.matrix === 'columnmajor')) {
      notCovered('an array without elements');
    }
    writeArray(this.sink, shape, context.indent);
  }

  private matrixRows(value: RValue, context: Context): Cells {
    const shape = this.shape(value, context);
    if (shape.dims.length === 1) notCovered('a one-dimensional array as a column');
    if (this.options.matrix === 'columnmajor') notCovered('a matrix as a column, by columns');
    if (shape.dims.includes(0)) notCovered('a column without elements');
    return {
      length: shape.dims[0] as number,
      omitted: () => false,
      write: (i) => writeSlice(this.sink, shape, i, context.indent),
    };
  }

  private shape(value: RValue, context: Context): ArrayShape {
    const dim = getAttribute(value, 'dim');
    if (dim?.type !== 'integer') return notCovered('dimensions that are not integers');
    const dims = Array.from(dim.values);
    // jsonlite calls asJSON() on the bare vector, without the context.
    const cells =
      value.type === 'list'
        ? this.listCells(value, { na: context.na, autoUnbox: false, indent: -1, keepVecNames: false })
        : vectorCells(this.sink, unpacked(value), 'atomic', context.na, this.options);
    if (dims.some((extent) => extent < 0) || dims.reduce((a, b) => a * b, 1) !== cells.length) {
      notCovered('dimensions that do not match the length');
    }
    return { cells, dims, order: dims.map((_, i) => i) };
  }

  private dataFrame(value: RList, context: Context, scalar: boolean): void {
    const { sink } = this;
    if (this.options.dataframe === 'columns') {
      if (scalar) notCovered('unbox() of a data frame by columns');
      this.list(columnsOf(value, this.options), { ...context, keepVecNames: false }, true);
      return;
    }
    const rows = rowsOf(value) === 0 ? undefined : this.frameRows(value, context);
    if (scalar) {
      if (rows?.length === 1) rows.write(0);
      else notCovered('unbox() of a data frame that does not have one row');
      return;
    }
    sink.byte(91);
    const length = rows?.length ?? 0;
    for (let i = 0; i < length; i++) {
      this.separate(i > 0, context.indent);
      rows?.write(i);
    }
    this.close(length > 0, context.indent);
    sink.byte(93);
  }

  private frameRows(value: RList, context: Context): DataFrameRows {
    const byName = this.options.dataframe === 'rows';
    const outerNa = context.na === 'omit' ? undefined : context.na;
    const inner: Context = {
      na: byName ? (context.na ?? 'omit') : context.na,
      autoUnbox: context.autoUnbox,
      indent: deeper(context.indent),
      keepVecNames: false,
    };
    const frame = columnsOf(value, this.options);
    const rows = rowsOf(value);
    const cells = frame.values.map((column) => this.column(column, inner, outerNa));
    for (const column of cells) if (column.length !== rows) notCovered('a column of another length');
    const names = getAttribute(frame, 'names');
    if (names?.type !== 'character') return notCovered('a data frame without names');
    const keys = byName ? objectKeys(names.values, this.options.noDots, context.indent >= 0) : undefined;
    return new DataFrameRows(this.sink, cells, keys, rows, inner.indent);
  }

  private separate(further: boolean, indent: number): void {
    if (further) this.sink.byte(44);
    if (indent < 0) return;
    this.sink.byte(10);
    this.sink.spaces(indent + 2);
  }

  private close(any: boolean, indent: number): void {
    if (indent < 0 || !any) return;
    this.sink.byte(10);
    this.sink.spaces(indent);
  }
}

/** `as.vector(x, mode = "list")` of a pairlist. Attributes other than the tags do not matter. */
function listOf(value: RPairlist): RList {
  const values = value.items.map((item) => item.value);
  if (!value.items.some((item) => item.tag)) return rList(values);
  return rList(
    values,
    value.items.map((item) => item.tag?.name ?? ''),
  );
}

/** The cells of a matrix are not written in their order, which packed text would make slow. */
function unpacked(value: RValue): RValue {
  return value.type === 'character' && value.packed !== undefined ? rString(value.values) : value;
}

function deeper(indent: number): number {
  return indent < 0 ? -1 : indent + 2;
}
