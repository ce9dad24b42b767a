import { type FastBuffer, fastBuffer } from '../../rdata/fast-buffer.js';
import { BACKSLASH, MINUS, POINT, QUOTE, ZERO } from '../characters.js';

const SCRATCH_BYTES = 64 * 1024;
const scratch = fastBuffer(Buffer.allocUnsafeSlow(SCRATCH_BYTES));
let scratchTaken = false;

/** Up to this many UTF-16 units, a loop is faster than calling Node's string writer. */
const SHORT_STRING = 32;
const SLASH = 47;
const LESS_THAN = 60;
const POWERS_OF_TEN = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Characters that jsonlite escapes: control characters, quotes, backslashes, and the `/` of `</`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them.
const NEEDS_ESCAPE = /["\\\u0000-\u001f]|<\//;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them.
const ESCAPED = /["\\\u0000-\u001f]|<\//g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '</': '<\\/',
};

/** A growing buffer of UTF-8 that writes numbers and strings like jsonlite. */
export class JsonSink {
  protected buffer: FastBuffer;
  protected position = 0;
  private readonly usesScratch: boolean;

  /** @param first buffer to start with instead of the shared one */
  constructor(first?: Buffer) {
    this.usesScratch = first === undefined && !scratchTaken;
    this.buffer = this.usesScratch ? scratch : fastBuffer(first ?? Buffer.allocUnsafeSlow(1024));
    if (this.usesScratch) scratchTaken = true;
  }

  /** Returns the written bytes. The sink cannot be used afterwards. */
  finish(): Buffer {
    this.release();
    if (this.buffer === scratch) return Buffer.from(scratch.subarray(0, this.position));
    return this.buffer.subarray(0, this.position);
  }

  /** Releases the scratch buffer after a failure. */
  release(): void {
    if (this.usesScratch) scratchTaken = false;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.position;
  }

  byte(code: number): void {
    if (this.position === this.buffer.length) this.grow(1);
    this.buffer[this.position++] = code;
  }

  /** ASCII text, written without escapes. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { buffer } = this;
    if (text.length > SHORT_STRING) {
      this.position += buffer.latin1Write(text, this.position);
      return;
    }
    let { position } = this;
    for (let i = 0; i < text.length; i++) buffer[position++] = text.charCodeAt(i);
    this.position = position;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    const { buffer } = this;
    let { position } = this;
    if (bytes.length > SHORT_STRING) buffer.set(bytes, position);
    else for (let i = 0; i < bytes.length; i++) buffer[position + i] = bytes[i] as number;
    position += bytes.length;
    this.position = position;
  }

  /** Any text, written without escapes. */
  utf8(text: string): void {
    this.reserve(3 * text.length);
    this.position += this.buffer.utf8Write(text, this.position);
  }

  spaces(count: number): void {
    for (let i = 0; i < count; i++) this.byte(32);
  }

  /** A JSON string, quoted and escaped. */
  string(text: string): void {
    if (text.length <= SHORT_STRING && this.shortString(text)) return;
    this.byte(QUOTE);
    this.utf8(NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, escapeMatch) : text);
    this.byte(QUOTE);
  }

  private shortString(text: string): boolean {
    this.reserve(text.length + 2);
    const { buffer } = this;
    let { position } = this;
    buffer[position++] = QUOTE;
    let previous = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 126 || code < 32 || code === QUOTE || code === BACKSLASH) return false;
      if (code === SLASH && previous === LESS_THAN) return false;
      buffer[position++] = code;
      previous = code;
    }
    buffer[position++] = QUOTE;
    this.position = position;
    return true;
  }

  /** A JSON string of the UTF-8 between two positions of `source`. */
  stringBytes(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from + 2);
    const { buffer } = this;
    let { position } = this;
    buffer[position++] = QUOTE;
    let previous = 0;
    for (let i = from; i < to; i++) {
      const code = source[i] as number;
      if (code < 32 || code === QUOTE || code === BACKSLASH || (code === SLASH && previous === LESS_THAN)) {
        const { byteLength, byteOffset } = source;
        this.string(Buffer.from(source.buffer, byteOffset, byteLength).toString('utf8', from, to));
        return;
      }
      buffer[position++] = code;
      previous = code;
    }
    buffer[position++] = QUOTE;
    this.position = position;
  }

  /** A 32-bit integer. */
  integer(value: number): void {
    this.reserve(12);
    if (value < 0) {
      this.buffer[this.position++] = MINUS;
      this.natural(-value);
    } else this.natural(value);
  }

  /**
   * A number below 2^31 with at most `digits` decimals (0 to 9), without trailing zeros. The steps repeat jsonlite's
   * modp_dtoa, whose rounding errors decide the last digit.
   */
  decimal(value: number, digits: number): void {
    this.reserve(24);
    const size = Math.abs(value);
    const scale = POWERS_OF_TEN[digits] as number;
    let whole = Math.trunc(size);
    const scaled = (size - whole) * scale;
    let fraction = Math.trunc(scaled);
    const rest = scaled - fraction;
    if (rest > 0.5 || (rest === 0.5 && (digits > 0 ? fraction : whole) % 2 === 1)) {
      fraction++;
      if (fraction >= scale) {
        fraction = 0;
        whole++;
      }
    }
    if (value < 0) this.buffer[this.position++] = MINUS;
    this.natural(whole);
    if (fraction !== 0) this.fraction(fraction, digits);
  }

  private fraction(fraction: number, digits: number): void {
    let rest = fraction;
    let width = digits;
    while (rest % 10 === 0) {
      rest /= 10;
      width--;
    }
    const { buffer, position } = this;
    buffer[position] = POINT;
    for (let i = position + width; i > position; i--) {
      const next = Math.trunc(rest / 10);
      buffer[i] = ZERO + rest - 10 * next;
      rest = next;
    }
    this.position = position + width + 1;
  }

  /** The caller has reserved the space. */
  private natural(value: number): void {
    const { buffer, position } = this;
    if (value < 10) {
      buffer[position] = ZERO + value;
      this.position = position + 1;
      return;
    }
    let width = 2;
    for (let limit = 100; value >= limit; limit *= 10) width++;
    let rest = value;
    for (let i = position + width - 1; i >= position; i--) {
      const next = Math.trunc(rest / 10);
      buffer[i] = ZERO + rest - 10 * next;
      rest = next;
    }
    this.position = position + width;
  }

  private reserve(bytes: number): void {
    if (this.position + bytes > this.buffer.length) this.grow(bytes);
  }

  protected grow(bytes: number): void {
    const larger = fastBuffer(
      Buffer.allocUnsafeSlow(Math.max(this.position + bytes + 1024, 2 * this.buffer.length)),
    );
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }
}

function escapeMatch(match: string): string {
  return SHORT_ESCAPES[match] ?? `\\u${match.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
