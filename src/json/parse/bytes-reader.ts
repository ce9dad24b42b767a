import { type FastBuffer, fastBuffer } from '../../rdata/fast-buffer.js';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  POINT,
  QUOTE,
  ZERO,
} from '../characters.js';
import { notCovered } from '../not-covered.js';
import { ScalarColumn, UNFIT } from './column.js';
import { endOfJson, isSpace } from './extent.js';
import { matrixOf } from './matrix.js';
import { JsonBuilt, JsonDouble, type JsonNode, JsonObject } from './node.js';
import { JsonReader, MAX_DEPTH, MAX_INTEGER } from './reader.js';
import { JsonTable, type TableColumn } from './table.js';

/** Integers of up to 15 digits and powers of ten up to 10^22 are exact doubles, so one division rounds once. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/**
 * Reads large JSON from UTF-8 straight into columns. Arrays of objects, of scalars and of rows of numbers need no
 * JavaScript value for each element. `JsonReader` reads the parts that do not fit.
 */
export class JsonBytesReader {
  private readonly bytes: FastBuffer;
  private position: number;
  private depth = 0;
  /** Position of the last string. */
  private start = 0;
  private end = 0;
  private ascii = true;
  /** Whether R reads the last number as an integer. */
  private whole = false;

  /** @param bytes valid UTF-8 */
  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = fastBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.position = position;
  }

  read(): JsonNode {
    const value = this.value();
    this.skipSpace();
    if (this.position < this.bytes.length) notCovered('more after the JSON value');
    return value;
  }

  private value(): JsonNode {
    const code = this.skipSpace();
    if (code === OPEN_BRACE) return this.object();
    return code === OPEN_BRACKET ? this.array() : this.general();
  }

  private object(): JsonObject {
    this.enter();
    const keys: string[] = [];
    const values: JsonNode[] = [];
    this.position++;
    if (this.skipSpace() === CLOSE_BRACE) this.position++;
    else {
      do {
        keys.push(this.key());
        values.push(this.value());
      } while (this.more(CLOSE_BRACE));
    }
    this.depth--;
    return new JsonObject(keys, values);
  }

  private array(): JsonNode {
    const { depth, position } = this;
    try {
      this.enter();
      this.position++;
      const first = this.skipSpace();
      const node =
        first === CLOSE_BRACKET
          ? this.general(position)
          : first === OPEN_BRACE
            ? this.records()
            : first === OPEN_BRACKET
              ? this.rows()
              : this.scalars();
      this.depth = depth;
      return node;
    } catch (error) {
      if (error !== UNFIT) throw error;
      this.depth = depth;
      return this.general(position);
    }
  }

  private records(): JsonNode {
    const table = new JsonTable();
    do this.record(table);
    while (this.more(CLOSE_BRACKET));
    return table.node();
  }

  private record(table: JsonTable): void {
    if (this.skipSpace() === OPEN_BRACE) {
      this.enter();
      this.position++;
      if (this.skipSpace() === CLOSE_BRACE) this.position++;
      else {
        let at = 0;
        do {
          const guess = table.columns[at++];
          const column =
            guess !== undefined && this.skips(guess.quoted) ? guess : table.column(this.string());
          this.colon();
          table.reach(column);
          this.field(column);
        } while (this.more(CLOSE_BRACE));
      }
      this.depth--;
    } else this.word('null');
    table.rows++;
  }

  private field(column: TableColumn): void {
    const code = this.skipSpace();
    if (column.nodes !== undefined) column.nodes.push(this.general());
    else if (column.records !== undefined) this.record(column.records);
    else if (code === OPEN_BRACE) {
      column.become('records');
      this.record(column.records!);
    } else if (code === OPEN_BRACKET) {
      column.become('nodes');
      column.nodes!.push(this.general());
    } else this.scalar(column.scalars, code);
  }

  private scalars(): JsonNode {
    const column = new ScalarColumn();
    do this.scalar(column, this.skipSpace());
    while (this.more(CLOSE_BRACKET));
    return new JsonBuilt(() => column.value());
  }

  /** Rows of numbers, all of the same length: a matrix. */
  private rows(): JsonNode {
    const cells = new ScalarColumn();
    let count = 0;
    let width = 0;
    do {
      if (this.skipSpace() !== OPEN_BRACKET) throw UNFIT;
      this.position++;
      do this.scalar(cells, this.skipSpace());
      while (this.more(CLOSE_BRACKET));
      count++;
      if (count === 1) width = cells.length;
      if (cells.length !== count * width || cells.kind === 'text') throw UNFIT;
    } while (this.more(CLOSE_BRACKET));
    return new JsonBuilt(() => matrixOf(cells.value(), count, width));
  }

  private scalar(column: ScalarColumn, code: number): void {
    switch (code) {
      case QUOTE:
        if (this.plainString()) column.text(this.bytes, this.start, this.end, this.ascii);
        else column.string(this.escapedString());
        return;
      case 116:
        this.word('true');
        column.logical(true);
        return;
      case 102:
        this.word('false');
        column.logical(false);
        return;
      case 110:
        this.word('null');
        column.missing();
        return;
      default: {
        const value = this.number(code);
        if (this.whole) column.integer(value);
        else column.double(value);
      }
    }
  }

  /** Skips a comma or the closing bracket. Returns whether another element follows. */
  private more(close: number): boolean {
    const code = this.skipSpace();
    this.position++;
    if (code === COMMA) return true;
    return code === close ? false : this.unfit();
  }

  private key(): string {
    if (this.skipSpace() !== QUOTE) this.unfit();
    const key = this.string();
    this.colon();
    return key;
  }

  private colon(): void {
    if (this.skipSpace() !== COLON) this.unfit();
    this.position++;
  }

  private word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.position + i] !== word.charCodeAt(i)) this.unfit();
    }
    this.position += word.length;
  }

  /** Skips exactly these bytes if they come next. */
  private skips(quoted: Uint8Array): boolean {
    this.skipSpace();
    const { bytes, position } = this;
    for (let i = 0; i < quoted.length; i++) if (bytes[position + i] !== quoted[i]) return false;
    this.position += quoted.length;
    return true;
  }

  private string(): string {
    if (this.skipSpace() !== QUOTE) this.unfit();
    if (!this.plainString()) return this.escapedString();
    return this.bytes.utf8Slice(this.start, this.end);
  }

  /** Reads a string without escapes. Returns false, and reads nothing, if it has escapes. */
  private plainString(): boolean {
    const { bytes } = this;
    const start = this.position + 1;
    let at = start;
    let all = 0;
    for (;;) {
      const code = bytes[at] as number;
      if (code === QUOTE) break;
      if (code === BACKSLASH) return false;
      if (!(code >= 32)) this.unfit(); // also fails for undefined, past the end
      all |= code;
      at++;
    }
    this.start = start;
    this.end = at;
    this.ascii = all < 128;
    this.position = at + 1;
    return true;
  }

  private escapedString(): string {
    return this.general() as string;
  }

  /** Also sets `whole`. */
  private number(first: number): number {
    const { bytes, position } = this;
    let at = first === MINUS ? position + 1 : position;
    let code = bytes[at] as number;
    if (!(code >= ZERO && code <= NINE)) this.unfit();
    const digitsStart = at;
    let value = 0;
    if (code === ZERO) code = bytes[++at] as number;
    else {
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        code = bytes[++at] as number;
      }
    }
    const digits = at - digitsStart;
    let decimals = 0;
    if (code === POINT) {
      const pointAt = at++;
      code = bytes[at] as number;
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        code = bytes[++at] as number;
      }
      decimals = at - pointAt - 1;
      if (decimals === 0) this.unfit();
    }
    const exponent = code === 101 || code === 69;
    this.whole = decimals === 0 && !exponent && value <= MAX_INTEGER;
    if (exponent || digits + decimals > EXACT_DIGITS || (decimals === 0 && !this.whole))
      return this.exactly();
    this.position = at;
    if (decimals > 0) value /= POWERS_OF_TEN[decimals] as number;
    return first === MINUS ? (this.whole ? 0 - value : -value) : value;
  }

  /** For numbers that `JsonReader` must convert: many digits, or an exponent. */
  private exactly(): number {
    const node = this.general() as number | JsonDouble;
    this.whole = !(node instanceof JsonDouble);
    return node instanceof JsonDouble ? node.value : node;
  }

  /** Reads the value with `JsonReader`. */
  private general(from = this.position): JsonNode {
    const end = endOfJson(this.bytes, from);
    const node = new JsonReader(this.bytes.utf8Slice(from, end), this.depth).read();
    this.position = end;
    return node;
  }

  /** The next byte that is not white space; undefined at the end. */
  private skipSpace(): number {
    const { bytes } = this;
    for (;;) {
      const code = bytes[this.position] as number;
      if (!isSpace(code)) return code;
      this.position++;
    }
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) notCovered('deep nesting');
  }

  private unfit(): never {
    throw UNFIT;
  }
}
