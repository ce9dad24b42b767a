import { type FastBuffer, fastBuffer } from './fast-buffer.js';

const SCRATCH_BYTES = 64 * 1024;
const scratch = fastBuffer(Buffer.allocUnsafeSlow(SCRATCH_BYTES));
const scratchView = viewOf(scratch);
let scratchTaken = false;

/** Up to this many UTF-16 units, a loop is faster than calling Node's string writer. */
const SHORT_STRING = 24;

/**
 * The growing buffer that values are written to.
 *
 * Small results are written to a shared scratch buffer and copied out, which is cheaper than allocating for the worst
 * case. A sink that outgrows it moves to its own buffer.
 */
export class ByteSink {
  protected buffer: FastBuffer;
  private view: DataView;
  protected position = 0;
  private readonly usesScratch: boolean;

  /** @param first buffer to start with instead of the shared one */
  constructor(first?: Buffer) {
    this.usesScratch = first === undefined && !scratchTaken;
    this.buffer = this.usesScratch ? scratch : fastBuffer(first ?? Buffer.allocUnsafeSlow(1024));
    this.view = this.usesScratch ? scratchView : viewOf(this.buffer);
    if (this.usesScratch) scratchTaken = true;
  }

  /** Returns the written bytes. The sink cannot be used afterwards. */
  finish(): Buffer {
    if (this.usesScratch) scratchTaken = false;
    if (this.buffer === scratch) return Buffer.from(scratch.subarray(0, this.position));
    return this.buffer.subarray(0, this.position);
  }

  /** Releases the scratch buffer after a failure. */
  abandon(): void {
    if (this.usesScratch) scratchTaken = false;
  }

  int(value: number): void {
    this.reserve(4);
    this.view.setInt32(this.position, value, true);
    this.position += 4;
  }

  /** Two numbers at once, since nearly everything starts with flags and a length. */
  pair(first: number, second: number): void {
    this.reserve(8);
    this.view.setInt32(this.position, first, true);
    this.view.setInt32(this.position + 4, second, true);
    this.position += 8;
  }

  /** The memory of a typed array. Node runs on little-endian machines only. */
  memory(array: Uint8Array | Int32Array | Float64Array): void {
    const bytes =
      array instanceof Uint8Array ? array : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Flags, length and content of a string. */
  string(text: string, asciiFlags: number, utf8Flags: number): void {
    const length = text.length;
    this.reserve(8 + 3 * length);
    const start = this.position + 8;
    if (length <= SHORT_STRING && this.shortAscii(text, start)) {
      this.header(asciiFlags, length);
      return;
    }
    const bytes = this.buffer.utf8Write(text, start);
    this.header(bytes === length ? asciiFlags : utf8Flags, bytes);
  }

  private header(flags: number, bytes: number): void {
    this.view.setInt32(this.position, flags, true);
    this.view.setInt32(this.position + 4, bytes, true);
    this.position += 8 + bytes;
  }

  private shortAscii(text: string, start: number): boolean {
    const buffer = this.buffer;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      buffer[start + i] = code;
    }
    return true;
  }

  private reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed > this.buffer.length) this.grow(needed);
  }

  protected grow(needed: number): void {
    const larger = fastBuffer(Buffer.allocUnsafeSlow(Math.max(needed + 1024, 2 * this.buffer.length)));
    this.buffer.copy(larger, 0, 0, this.position);
    this.use(larger, this.position);
  }

  protected use(buffer: Buffer, position: number): void {
    this.buffer = fastBuffer(buffer);
    this.view = viewOf(buffer);
    this.position = position;
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
