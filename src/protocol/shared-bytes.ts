/** From this size on, a body or a value is kept in shared memory and converted in a thread. */
export const LARGE_BYTES = 128 * 1024;

/** TypeScript's ES2023 library has no type for growable shared memory. */
type Growable = SharedArrayBuffer & { readonly maxByteLength: number; grow(bytes: number): void };
const GrowableBuffer = SharedArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Growable;

/** A block of memory up to this size is kept for reuse, for this time. */
const REUSE_MAX_BYTES = 16 * 1024 ** 2;
const REUSE_TIMEOUT_MS = 10_000;

let spare: Growable | undefined;
let dropSpare: NodeJS.Timeout | undefined;

/**
 * Collects many bytes that arrive in pieces. They are joined as they arrive, so they are never held twice and joining
 * them causes no delay at the end. The memory is shared, so threads can read it too.
 */
export class SharedBytes {
  readonly #memory: Growable;
  readonly #bytes: Uint8Array;
  #length = 0;

  private constructor(memory: Growable) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory); // grows with the memory
  }

  /**
   * Undefined if the memory can't be reserved.
   *
   * @param most maximum size in bytes; reserves address space, not memory
   */
  static upTo(most: number): SharedBytes | undefined {
    if (spare !== undefined && spare.maxByteLength >= most) {
      const memory = spare;
      spare = undefined;
      return new SharedBytes(memory);
    }
    try {
      return new SharedBytes(new GrowableBuffer(0, { maxByteLength: Math.max(most, REUSE_MAX_BYTES) }));
    } catch {
      return undefined;
    }
  }

  /**
   * Releases bytes that may have been created here, so that their memory can be reused. Left to the garbage collector,
   * blocks of this size would cause full collections, which delay every request.
   */
  static giveBack({ buffer }: Buffer): void {
    if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength > REUSE_MAX_BYTES) return;
    spare = buffer as Growable;
    clearTimeout(dropSpare);
    dropSpare = setTimeout(() => {
      spare = undefined;
    }, REUSE_TIMEOUT_MS).unref();
  }

  push(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#memory.byteLength) this.#memory.grow(needed);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Returns the collected bytes, without a copy. */
  finish(): Buffer {
    return Buffer.from(this.#memory as unknown as ArrayBuffer, 0, this.#length);
  }
}
