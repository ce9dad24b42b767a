import { type FastBuffer, fastBuffer } from './fast-buffer.js';
import { type PackedText, packedTextAt } from './packed-text.js';
import { RDataError, type RDataErrorKind } from './rdata-error.js';

/** What the reader of values needs from an encoding of R's serialization format. */
export interface ByteSource {
  /** Offset of the next byte, for error messages. */
  readonly position: number;
  int(): number;
  ints(length: number): Int32Array;
  doubles(length: number): Float64Array;
  /** `length` bytes of string content; may share memory with the input. */
  bytes(length: number): Buffer;
  /** The same as text, each byte one character: for ASCII. */
  latin1(length: number): string;
  /** `length` bytes of a raw vector; a large one shares memory with the input. */
  raw(length: number): Uint8Array;
  /** Fails unless the rest of the input can hold that many elements of at least so many bytes. */
  expect(elements: number, bytesEach: number): void;
  /** So many strings as they lie there, without a look at each; undefined where that can't be had. */
  packed(length: number): PackedText | undefined;
  /** Whether everything was consumed. */
  readonly atEnd: boolean;
}

const LARGE_RAW = 64 * 1024;

/** The binary encodings: native (little-endian, as on every machine R commonly runs on) and XDR (big-endian). */
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
    return length < LARGE_RAW ? new Uint8Array(bytes) : bytes;
  }

  expect(elements: number, bytesEach: number): void {
    if (this.position + elements * bytesEach > this.buffer.length) {
      this.fail('truncated', `${elements} elements are announced, which the rest of the input cannot hold`);
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

  private fail(kind: RDataErrorKind, reason: string): never {
    throw new RDataError(kind, reason, this.position);
  }
}
