/** A body or a value of at least this many bytes is kept in shared memory and converted in a thread. */
export const LARGE_BYTES = 128 * 1024;

/** TypeScript's library for ES2023 lacks shared memory that grows. */
type Growable = SharedArrayBuffer & { readonly maxByteLength: number; grow(bytes: number): void };
const GrowableBuffer = SharedArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Growable;

/** The largest memory, in bytes, that is kept for reuse, and how long it is kept. */
const REUSED_BYTES = 16 * 1024 ** 2;
const REUSE_WITHIN_MS = 10_000;

let spare: Growable | undefined;
let dropSpare: NodeJS.Timeout | undefined;

/**
 * Many bytes that arrive in pieces and are joined as they arrive, so that they are never held twice and need not be
 * joined at the end. The memory is shared, so threads can read it without a copy.
 */
export class SharedBytes {
  readonly #memory: Growable;
  readonly #bytes: Uint8Array;
  #length = 0;

  private constructor(memory: Growable) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory); // grows along
  }

  /**
   * Undefined if there is no room.
   *
   * @param most the largest number of bytes; reserves address space for them, but no memory
   */
  static upTo(most: number): SharedBytes | undefined {
    if (spare !== undefined && spare.maxByteLength >= most) {
      const memory = spare;
      spare = undefined;
      return new SharedBytes(memory);
    }
    try {
      return new SharedBytes(new GrowableBuffer(0, { maxByteLength: Math.max(most, REUSED_BYTES) }));
    } catch {
      return undefined;
    }
  }

  /**
   * Releases bytes that may have come from here, so that their memory is reused. So much garbage would otherwise
   * start a full collection, while every request waits.
   */
  static giveBack({ buffer }: Buffer): void {
    if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength > REUSED_BYTES) return;
    spare = buffer as Growable;
    clearTimeout(dropSpare);
    dropSpare = setTimeout(() => {
      spare = undefined;
    }, REUSE_WITHIN_MS).unref();
  }

  push(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#memory.byteLength) this.#memory.grow(needed);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** All bytes so far, without a copy. */
  finish(): Buffer {
    return Buffer.from(this.#memory as unknown as ArrayBuffer, 0, this.#length);
  }
}
