import type { Readable } from 'node:stream';
import { LineSplitter } from './line-splitter.js';
import type { ProcessOwner } from './worker-handle.js';

/** What a process prints, line by line. */
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

  /** What has no end of a line yet is a line. */
  end(): void {
    for (const lines of this.#splitters) lines.end();
  }
}
