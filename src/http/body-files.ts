import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';
import { Scratch } from '../pool/scratch.js';
import { BodyMemory } from './body-memory.js';

/**
 * Request bodies on the disk. Each has a folder of its own, in which R may put parts of it, and which goes with its
 * request. What a killed gateway leaves behind goes when the next one starts.
 */
export class BodyFiles {
  /** Bodies of so many bytes and more are written to a file. */
  readonly least: number;
  readonly #room: BodyMemory;
  #scratch: Scratch | undefined;
  #opened = 0;

  /** @param limit disk space for all of them, in bytes */
  constructor(least: number, limit: number) {
    this.least = least;
    this.#room = new BodyMemory(limit);
  }

  /** Bytes in use. */
  get used(): number {
    return this.#room.used;
  }

  /**
   * Fails with `body_disk_full`.
   *
   * @param failed called once if the file can't be written
   */
  open(failed: (error: PenstockError) => void): BodyFile {
    try {
      this.#scratch ??= new Scratch();
      const folder = this.#scratch.folder(`body-${++this.#opened}`);
      mkdirSync(folder, { mode: 0o700 });
      return new BodyFile(folder, this.least, this.#room, failed, this.#scratch);
    } catch (error) {
      throw error instanceof PenstockError && error.code === 'body_disk_full' ? error : diskError(error);
    }
  }

  close(): void {
    this.#scratch?.close();
  }
}

/** A request body that is written to a file as it arrives. */
export class BodyFile {
  readonly path: string;
  readonly #folder: string;
  readonly #room: BodyMemory;
  readonly #scratch: Scratch;
  readonly #stream: WriteStream;
  #size = 0;
  /** Reserved space: a file that has just begun counts as one of the least size, which also limits how many there are. */
  #held: number;

  constructor(
    folder: string,
    least: number,
    room: BodyMemory,
    failed: (error: PenstockError) => void,
    scratch: Scratch,
  ) {
    this.#folder = folder;
    this.#room = room;
    this.#scratch = scratch;
    this.#held = 0;
    this.path = join(folder, 'body');
    try {
      this.#reserve(least);
    } catch (error) {
      scratch.discard(folder);
      throw error;
    }
    this.#stream = createWriteStream(this.path, { flags: 'wx', mode: 0o600 });
    this.#stream.on('error', (error) => failed(diskError(error)));
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#held) return;
    if (!this.#room.take(bytes - this.#held)) throw new PenstockError('body_disk_full');
    this.#held = bytes;
  }

  /** Fails with `body_disk_full`. Returns false if the disk is slower than the client: wait until it is `drained`. */
  write(piece: Buffer): boolean {
    this.#size += piece.length;
    this.#reserve(this.#size);
    return this.#stream.write(piece);
  }

  drained(next: () => void): void {
    this.#stream.once('drain', next);
  }

  /** @param done called when everything is written; not called if it can't be written */
  end(done: () => void): void {
    this.#stream.once('finish', done).end();
  }

  remove(): void {
    this.#stream.destroy();
    this.#room.free(this.#held);
    this.#held = 0;
    this.#scratch.discard(this.#folder);
  }
}

function diskError(error: unknown): PenstockError {
  return new PenstockError('body_disk_full', `${(error as Error).message}.`);
}
