/** TypeScript's library for ES2023 does not know that shared memory can grow. */
type Growable = SharedArrayBuffer & { grow(bytes: number): void };
const GrowableBuffer = SharedArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Growable;

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
    try {
      return new SharedBytes(new GrowableBuffer(0, { maxByteLength: most }));
    } catch {
      return undefined;
    }
  }

  push(piece: Uint8Array): void {
    this.#memory.grow(this.#length + piece.length);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** What has come, without a copy. */
  finish(): Buffer {
    return Buffer.from(this.#memory as unknown as ArrayBuffer, 0, this.#length);
  }
}
