import { type FastBuffer, fastBuffer } from './fast-buffer.js';
import { type PackedText, packedTextAt } from './packed-text.js';
import { RDataError, type RDataErrorKind } from './rdata-error.js';

/** One of the formats of R's serialization: native binary, XDR or ASCII. */
export interface ByteSource {
  /** Offset of the next byte, for error messages. */
  readonly position: number;
  int(): number;
  ints(length: number): Int32Array;
  doubles(length: number): Float64Array;
  /** String content. May share memory with the input. */
  bytes(length: number): Buffer;
  /** String content in ASCII, as text. */
  latin1(length: number): string;
  /** The content of a raw vector. Large ones share memory with the input. */
  raw(length: number): Uint8Array;
  /** Fails unless the rest of the input can hold this many elements. */
  expect(elements: number, bytesEach: number): void;
  /** Takes strings without decoding them; undefined if the format or the strings do not allow it. */
  packed(length: number): PackedText | undefined;
  readonly atEnd: boolean;
  fail(kind: RDataErrorKind, reason: string): never;
}

const SHARED_RAW_MIN_BYTES = 64 * 1024;

/** The binary formats: native (little-endian wherever R commonly runs) and XDR (big-endian). */
export class BinarySource implements ByteSource {
  position: number;
  private readonly buffer: FastBuffer;
  private readonly view: DataView;
  private readonly littleEndian: boolean;

  constructor(buffer: Buffer, position: number, littleEndian: boolean) {
    this.buffer = fastBuffer(buffer);
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.position = position;
    this.littleEndian = littleEndian;
  }

  get atEnd(): boolean {
    return this.position === this.buffer.length;
  }

  int(): number {
    const at = this.position;
    if (at + 4 > this.buffer.length) this.fail('truncated', 'the input ends inside a value');
    this.position = at + 4;
    return this.view.getInt32(at, this.littleEndian);
  }

  ints(length: number): Int32Array {
    const bytes = this.slice(length, 4);
    const values = new Int32Array(length);
    const copy = Buffer.from(values.buffer);
    copy.set(bytes);
    if (!this.littleEndian) copy.swap32();
    return values;
  }

  doubles(length: number): Float64Array {
    const bytes = this.slice(length, 8);
    const values = new Float64Array(length);
    const copy = Buffer.from(values.buffer);
    copy.set(bytes);
    if (!this.littleEndian) copy.swap64();
    return values;
  }

  bytes(length: number): Buffer {
    return this.slice(length, 1);
  }

  latin1(length: number): string {
    this.expect(length, 1);
    const start = this.position;
    this.position = start + length;
    return this.buffer.latin1Slice(start, this.position);
  }

  raw(length: number): Uint8Array {
    const bytes = this.slice(length, 1);
    return length < SHARED_RAW_MIN_BYTES ? new Uint8Array(bytes) : bytes;
  }

  expect(elements: number, bytesEach: number): void {
    if (this.position + elements * bytesEach > this.buffer.length) {
      this.fail('truncated', `${elements} elements do not fit into the rest of the input`);
    }
  }

  packed(length: number): PackedText | undefined {
    if (!this.littleEndian) return undefined;
    const packed = packedTextAt(this.buffer, this.position, length);
    if (packed !== undefined) this.position += packed.bytes.length;
    return packed;
  }

  private slice(elements: number, bytesEach: number): Buffer {
    this.expect(elements, bytesEach);
    const start = this.position;
    this.position = start + elements * bytesEach;
    return this.buffer.subarray(start, this.position);
  }

  fail(kind: RDataErrorKind, reason: string): never {
    throw new RDataError(kind, reason, this.position);
  }
}
