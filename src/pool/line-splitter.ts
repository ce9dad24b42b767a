import { StringDecoder } from 'node:string_decoder';

/** Longer lines are cut, so that output without line breaks cannot fill the memory. */
const MAX_LINE_CHARS = 16_384;

/** Cuts a stream of bytes into lines of text. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #deliver: (line: string) => void;
  #rest = '';

  constructor(deliver: (line: string) => void) {
    this.#deliver = deliver;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r?\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) this.#deliver(line);
    while (this.#rest.length > MAX_LINE_CHARS) {
      this.#deliver(this.#rest.slice(0, MAX_LINE_CHARS));
      this.#rest = this.#rest.slice(MAX_LINE_CHARS);
    }
  }

  /** Delivers the unfinished line: the stream has ended, or the next output belongs to another request. */
  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#deliver(last);
  }
}
