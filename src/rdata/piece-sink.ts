import { ByteSink } from './byte-sink.js';

const PIECE_BYTES = 64 * 1024;
/** Blocks from here on are taken as they are instead of being copied. */
const OWN_PIECE = 32 * 1024;

/** A sink for large values: pieces instead of one buffer, since growing that would hold everything twice. */
export class PieceSink extends ByteSink {
  readonly #pieces: Uint8Array[] = [];

  constructor() {
    super(Buffer.allocUnsafeSlow(PIECE_BYTES));
  }

  override memory(array: Uint8Array | Int32Array | Float64Array): void {
    if (array.byteLength < OWN_PIECE) {
      super.memory(array);
      return;
    }
    this.#cut();
    this.#pieces.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  /** What was written. Large blocks are still the memory that was given. */
  pieces(): Uint8Array[] {
    this.#cut();
    return this.#pieces;
  }

  protected override grow(needed: number): void {
    const bytes = needed - this.position;
    this.#cut();
    if (bytes > this.buffer.length) this.use(Buffer.allocUnsafeSlow(Math.max(bytes, PIECE_BYTES)), 0);
  }

  /** Closes the piece that is being written; what is left of its buffer holds the next one. */
  #cut(): void {
    if (this.position === 0) return;
    this.#pieces.push(this.buffer.subarray(0, this.position));
    this.use(this.buffer.subarray(this.position), 0);
  }
}
