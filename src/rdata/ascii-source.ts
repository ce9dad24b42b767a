import type { ByteSource } from './byte-source.js';
import { NA_INTEGER, setNaReal } from './na.js';
import { RDataError, type RDataErrorKind } from './rdata-error.js';

const NEWLINE = 10;
const BACKSLASH = 92;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, v: 11, b: 8, r: 13, f: 12, a: 7 };

/** The ASCII format ('A'): one number, or the escaped content of one string, per line. */
export class AsciiSource implements ByteSource {
  position: number;
  private readonly buffer: Buffer;

  constructor(buffer: Buffer, position: number) {
    this.buffer = buffer;
    this.position = position;
  }

  packed(): undefined {
    return undefined;
  }

  get atEnd(): boolean {
    this.skipSpace();
    return this.position >= this.buffer.length;
  }

  int(): number {
    const word = this.word();
    if (word === 'NA') return NA_INTEGER;
    if (!/^[+-]?\d{1,10}$/.test(word)) this.fail('malformed', 'expected an integer');
    return Number(word) | 0;
  }

  ints(length: number): Int32Array {
    this.expect(length, 2);
    const values = new Int32Array(length);
    for (let i = 0; i < length; i++) values[i] = this.int();
    return values;
  }

  doubles(length: number): Float64Array {
    this.expect(length, 2);
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const word = this.word();
      if (word === 'NA') setNaReal(values, i);
      else values[i] = this.parseDouble(word);
    }
    return values;
  }

  bytes(length: number): Buffer {
    this.expect(length, 1);
    this.skipSpace();
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) bytes[i] = this.character();
    return bytes;
  }

  latin1(length: number): string {
    return this.bytes(length).toString('latin1');
  }

  raw(length: number): Uint8Array {
    this.expect(length, 3);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const word = this.word();
      if (!/^[0-9a-fA-F]{2}$/.test(word)) this.fail('malformed', 'expected two hexadecimal digits');
      bytes[i] = Number.parseInt(word, 16);
    }
    return bytes;
  }

  expect(elements: number, bytesEach: number): void {
    // The last line may lack its line feed.
    if (this.position + elements * bytesEach > this.buffer.length + 1) {
      this.fail('truncated', `${elements} elements do not fit into the rest of the input`);
    }
  }

  private character(): number {
    const c = this.next();
    if (c !== BACKSLASH) return c;
    const escaped = this.next();
    if (escaped < 48 || escaped > 55) return ESCAPES[String.fromCharCode(escaped)] ?? escaped;
    let code = escaped - 48;
    for (let digits = 1; digits < 3; digits++) {
      const digit = this.buffer[this.position];
      if (digit === undefined || digit < 48 || digit > 55) break;
      code = code * 8 + digit - 48;
      this.position++;
    }
    return code & 255;
  }

  private next(): number {
    const c = this.buffer[this.position];
    if (c === undefined) this.fail('truncated', 'the input ends inside a string');
    this.position++;
    return c;
  }

  private word(): string {
    this.skipSpace();
    const start = this.position;
    // Longer than any number that R writes.
    const stop = Math.min(this.buffer.length, start + 64);
    while (this.position < stop && !isSpace(this.buffer[this.position] as number)) this.position++;
    if (this.position === start) this.fail('truncated', 'the input ends inside a value');
    return this.buffer.toString('latin1', start, this.position);
  }

  private parseDouble(word: string): number {
    if (word === 'NaN') return Number.NaN;
    if (word === 'Inf') return Number.POSITIVE_INFINITY;
    if (word === '-Inf') return Number.NEGATIVE_INFINITY;
    const hex = /^([+-]?)0x([0-9a-f]+)(?:\.([0-9a-f]*))?p([+-]?\d{1,5})$/i.exec(word);
    if (hex) return parseHexDouble(hex[1] as string, hex[2] as string, hex[3] ?? '', Number(hex[4]));
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) this.fail('malformed', 'expected a number');
    return Number(word);
  }

  private skipSpace(): void {
    while (this.position < this.buffer.length && isSpace(this.buffer[this.position] as number))
      this.position++;
  }

  fail(kind: RDataErrorKind, reason: string): never {
    throw new RDataError(kind, reason, this.position);
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= NEWLINE + 3);
}

/** C's `%a`, which `serialize(ascii = NA)` writes because decimal digits may be inexact. */
function parseHexDouble(sign: string, whole: string, fraction: string, exponent: number): number {
  const digits = BigInt(`0x${whole}${fraction}`);
  const binaryExponent = exponent - 4 * fraction.length;
  // In two steps: a single factor would underflow to zero for subnormal results.
  const half = Math.trunc(binaryExponent / 2);
  const magnitude = Number(digits) * 2 ** half * 2 ** (binaryExponent - half);
  return sign === '-' ? -magnitude : magnitude;
}
