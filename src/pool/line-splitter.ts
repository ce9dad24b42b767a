import { StringDecoder } from 'node:string_decoder';

/** Characters after which a line without end is cut, so that a handler that never prints one costs no memory. */
const LONGEST_LINE = 16_384;

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
    while (this.#rest.length > LONGEST_LINE) {
      this.#deliver(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
  }

  /** What is left is a line, though nothing ends it: the stream has ended, or what comes next is somebody else's. */
  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#deliver(last);
  }
}
