import type { Readable } from 'node:stream';
import { LineSplitter } from './line-splitter.js';
import type { ProcessOwner } from './worker-handle.js';

/** Splits the output of a process into lines. */
export class PrintedLines {
  readonly #splitters: LineSplitter[] = [];
  readonly #owner: ProcessOwner;

  constructor(owner: ProcessOwner) {
    this.#owner = owner;
  }

  read(name: 'stdout' | 'stderr', stream: Readable): void {
    const lines = new LineSplitter((line) => this.#owner.line(name, line));
    this.#splitters.push(lines);
    stream
      .on('data', (chunk: Buffer) => {
        this.#owner.printed();
        lines.push(chunk);
      })
      .on('end', () => lines.end());
  }

  /** Delivers unfinished lines. */
  end(): void {
    for (const lines of this.#splitters) lines.end();
  }
}
