/** Bytes from which on a body is counted: smaller ones are bounded by the connections that bring them. */
export const COUNTED_FROM = 16 * 1024;

/** The memory that the bodies of all requests take, from when they arrive until the request is answered. */
export class BodyMemory {
  readonly limit: number;
  #used = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.#used;
  }

  /** Whether there is room for so many bytes more; then they are taken. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  free(bytes: number): void {
    this.#used -= bytes;
  }
}
