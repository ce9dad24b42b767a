import { fastBuffer } from '../../rdata/fast-buffer.js';
import { JsonSink } from './sink.js';

const PIECE_BYTES = 256 * 1024;

/** A sink for large texts. It fills pieces, since growing a single buffer would hold everything twice. */
export class JsonPieceSink extends JsonSink {
  readonly #pieces: Uint8Array[] = [];
  readonly #limit: number;
  #bytes = 0;

  /** @param limit bytes after which printing fails, checked once per piece */
  constructor(limit: number) {
    super(Buffer.allocUnsafeSlow(PIECE_BYTES));
    this.#limit = limit;
  }

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

/** The text exceeds its limit. Its full length is not known. */
export class TextTooLong extends Error {
  constructor(limit: number) {
    super(`more than ${limit} bytes of JSON`);
  }
}
