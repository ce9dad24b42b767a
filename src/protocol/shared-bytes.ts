/** Bytes from which a body or a value is large: it is kept in shared memory and converted in a thread. */
export const LARGE_BYTES = 128 * 1024;

/** TypeScript's library for ES2023 does not know that shared memory can grow. */
type Growable = SharedArrayBuffer & { readonly maxByteLength: number; grow(bytes: number): void };
const GrowableBuffer = SharedArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Growable;

/** Bytes up to which memory is kept for the next ones, and milliseconds for which it is. */
const KEPT = 16 * 1024 ** 2;
const KEPT_FOR = 10_000;

let spare: Growable | undefined;
let dropSpare: NodeJS.Timeout | undefined;

/**
 * Many bytes that come in pieces, put together as they come, so that they are never held twice and nobody waits for
 * them to be joined. The memory is shared: threads may read it while it also stays here.
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
   * Undefined when there is no room.
   *
   * @param most bytes that come at most: address space is set aside for them, memory is not
   */
  static upTo(most: number): SharedBytes | undefined {
    if (spare !== undefined && spare.maxByteLength >= most) {
      const memory = spare;
      spare = undefined;
      return new SharedBytes(memory);
    }
    try {
      return new SharedBytes(new GrowableBuffer(0, { maxByteLength: Math.max(most, KEPT) }));
    } catch {
      return undefined;
    }
  }

  /**
   * Says that nobody needs bytes any more that may have come from here. Their memory is used again: left to the
   * garbage, so much of it would have the whole heap searched, while every request waits.
   */
  static giveBack({ buffer }: Buffer): void {
    if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength > KEPT) return;
    spare = buffer as Growable;
    clearTimeout(dropSpare);
    dropSpare = setTimeout(() => {
      spare = undefined;
    }, KEPT_FOR).unref();
  }

  push(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#memory.byteLength) this.#memory.grow(needed);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** What has come, without a copy. */
  finish(): Buffer {
    return Buffer.from(this.#memory as unknown as ArrayBuffer, 0, this.#length);
  }
}
