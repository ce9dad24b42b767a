import type { Socket } from 'node:net';
import { LineSplitter } from './line-splitter.js';
import type { ProcessOwner } from './worker-handle.js';

/** Undefined if there is room for more lines; else resolves when there is. */
export type OutputRoom = () => Promise<void> | undefined;

/**
 * Splits the output of a process into lines. If the log has no room for more, the output is not read for a while: R waits
 * when it prints, instead of filling the gateway's memory.
 */
export class PrintedLines {
  readonly #splitters: LineSplitter[] = [];
  readonly #streams: Socket[] = [];
  readonly #owner: ProcessOwner;
  readonly #room: OutputRoom;
  /** Number of callbacks that wait for all output to be read. */
  #awaited = 0;

  constructor(owner: ProcessOwner, room: OutputRoom) {
    this.#owner = owner;
    this.#room = room;
  }

  read(name: 'stdout' | 'stderr', stream: Socket): void {
    const lines = new LineSplitter((line) => this.#owner.line(name, line));
    this.#splitters.push(lines);
    this.#streams.push(stream);
    stream
      .on('data', (chunk: Buffer) => {
        this.#owner.printed();
        lines.push(chunk);
        if (this.#awaited === 0) this.#pause(stream);
      })
      .on('end', () => lines.end());
  }

  /** Calls `act` when everything is read that had been printed before. That is at most what fits into a pipe. */
  whenRead(act: () => void): void {
    this.#awaited += 1;
    for (const stream of this.#streams) stream.resume();
    // A stream that did not read begins to read in the next turn of the event loop.
    setImmediate(() =>
      setImmediate(() => {
        this.#awaited -= 1;
        act();
      }),
    );
  }

  /** The process has ended. What it has left behind may print on, but does not keep the gateway running. */
  detach(): void {
    for (const stream of this.#streams) stream.unref();
  }

  /** Delivers unfinished lines. */
  end(): void {
    for (const lines of this.#splitters) lines.end();
  }

  #pause(stream: Socket): void {
    const room = this.#room();
    if (room === undefined) return;
    stream.pause();
    void room.then(() => stream.resume());
  }
}
