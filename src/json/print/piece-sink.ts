import { fastBuffer } from '../../rdata/fast-buffer.js';
import { JsonSink } from './sink.js';

const PIECE_BYTES = 256 * 1024;

/** A sink for large texts: pieces instead of one buffer, since growing that would hold everything twice. */
export class JsonPieceSink extends JsonSink {
  readonly #pieces: Uint8Array[] = [];
  readonly #limit: number;
  #bytes = 0;

  /** @param limit bytes at which a text is given up, within a piece's */
  constructor(limit: number) {
    super(Buffer.allocUnsafeSlow(PIECE_BYTES));
    this.#limit = limit;
  }

  /** What was written. */
  pieces(): Uint8Array[] {
    this.#pieces.push(this.buffer.subarray(0, this.position));
    return this.#pieces;
  }

  protected override grow(bytes: number): void {
    this.#bytes += this.position;
    if (this.#bytes > this.#limit) throw new TextTooLong(this.#limit);
    this.#pieces.push(this.buffer.subarray(0, this.position));
    this.buffer = fastBuffer(Buffer.allocUnsafeSlow(Math.max(bytes, PIECE_BYTES)));
    this.position = 0;
  }
}

/** A text is longer than it may be; how long in all is not known. */
export class TextTooLong extends Error {
  constructor(limit: number) {
    super(`more than ${limit} bytes of JSON`);
  }
}
