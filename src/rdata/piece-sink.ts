import { ByteSink } from './byte-sink.js';

const PIECE_BYTES = 64 * 1024;
/** Blocks of at least this size become a piece without being copied. */
const UNCOPIED_MIN_BYTES = 32 * 1024;

/** A sink for large values. It fills pieces, since growing a single buffer would hold everything twice. */
export class PieceSink extends ByteSink {
  readonly #pieces: Uint8Array[] = [];

  constructor() {
    super(Buffer.allocUnsafeSlow(PIECE_BYTES));
  }

  override memory(array: Uint8Array | Int32Array | Float64Array): void {
    if (array.byteLength < UNCOPIED_MIN_BYTES) {
      super.memory(array);
      return;
    }
    this.#cut();
    this.#pieces.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  /** Returns the written pieces. Large blocks share memory with the value. */
  pieces(): Uint8Array[] {
    this.#cut();
    return this.#pieces;
  }

  protected override grow(needed: number): void {
    const bytes = needed - this.position;
    this.#cut();
    if (bytes > this.buffer.length) this.use(Buffer.allocUnsafeSlow(Math.max(bytes, PIECE_BYTES)), 0);
  }

  /** Completes the current piece. The next one uses the rest of its buffer. */
  #cut(): void {
    if (this.position === 0) return;
    this.#pieces.push(this.buffer.subarray(0, this.position));
    this.use(this.buffer.subarray(this.position), 0);
  }
}
