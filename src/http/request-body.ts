import type { IncomingMessage } from 'node:http';
import { PenstockError } from '../errors.js';
import { LARGE_BYTES, SharedBytes } from '../protocol/shared-bytes.js';
import type { BodyFile, BodyFiles } from './body-files.js';
import type { BodyMemory } from './body-memory.js';

const EMPTY: Buffer = Buffer.alloc(0);

/** Whether the request has a body. In HTTP one of these headers announces it, whatever the method. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** First block into which the pieces of a body are copied. Each following block has twice the size. */
const FIRST_BLOCK_BYTES = 1024;

/**
 * Reads the whole body of a request. Pieces are copied together as they arrive: held on its own, a piece takes 170 bytes
 * more than it has, so a body in pieces of one byte would take that many times its size. A large body is read into shared
 * memory, or into a file.
 */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #limit: number;
  readonly #memory: BodyMemory;
  readonly #files: BodyFiles | undefined;
  readonly #announced: number;
  #done: ((error: PenstockError | undefined, body: Buffer) => void) | undefined;
  #size = 0;
  /** Reserved memory, in bytes. */
  #held = 0;
  /** The first piece as it arrived, or the memory that all pieces are copied to. */
  #block: Buffer = EMPTY;
  #large: SharedBytes | undefined;
  #file: BodyFile | undefined;

  /**
   * @param limit  bytes; a longer body fails with `body_too_large`, at once if Content-Length announces it
   * @param memory the memory for all bodies; if it is full, the body fails with `body_memory_full`
   * @param files  where a large body is kept; undefined if it must be in memory
   */
  constructor(request: IncomingMessage, limit: number, memory: BodyMemory, files?: BodyFiles) {
    this.#request = request;
    this.#files = files;
    this.#limit = limit;
    this.#memory = memory;
    this.#announced = Number(request.headers['content-length'] ?? 0);
  }

  /** Path of the file with the body, unless it is in memory. */
  get file(): string | undefined {
    return this.#file?.path;
  }

  /**
   * @param done called once, with the body or the error to answer with; not called if the client disconnects. The body is
   *             empty if it is in a file.
   */
  read(done: (error: PenstockError | undefined, body: Buffer) => void): void {
    this.#done = done;
    if (this.#announced > this.#limit) this.#fail(this.#tooLong(`${this.#announced} bytes`));
    else this.#request.on('data', this.#collect).on('end', this.#end);
  }

  /** The body is not needed any more, so its memory is free, and its file is removed. */
  release(): void {
    this.#stop();
    this.#done = undefined;
    this.#freeMemory();
    this.#file?.remove();
  }

  #freeMemory(): void {
    this.#memory.free(this.#held);
    this.#held = 0;
  }

  readonly #collect = (piece: Buffer): void => {
    const size = this.#size + piece.length;
    if (size > this.#limit) {
      this.#fail(this.#tooLong(`more than ${this.#limit} bytes`));
      return;
    }
    if (this.#files !== undefined && Math.max(size, this.#announced) >= this.#files.least) {
      this.#write(piece);
      this.#size = size;
      return;
    }
    if (size >= LARGE_BYTES) this.#large ??= this.#share();
    const room = this.#roomFor(size);
    if (!this.#reserve(room)) {
      this.#fail(new PenstockError('body_memory_full'));
      return;
    }
    if (this.#large !== undefined) this.#large.push(piece);
    else if (this.#size === 0) this.#block = piece;
    else {
      if (room > this.#block.length) this.#move(room);
      piece.copy(this.#block, this.#size);
    }
    this.#size = size;
  };

  /** Reads on when the disk has taken the piece, so that a fast client fills no memory. */
  #write(piece: Buffer): void {
    try {
      const file = this.#file ?? this.#openFile();
      if (file.write(piece)) return;
      this.#request.pause();
      file.drained(() => this.#request.resume());
    } catch (error) {
      this.#fail(error as PenstockError);
    }
  }

  /** The file, with what has arrived until now. */
  #openFile(): BodyFile {
    this.#file = this.#files!.open((error) => this.#fail(error));
    if (this.#held > 0) this.#file.write(this.#collected());
    this.#freeMemory();
    this.#large = undefined;
    this.#block = EMPTY;
    return this.#file;
  }

  /** How much memory a body of this size takes. */
  #roomFor(size: number): number {
    if (this.#large !== undefined || this.#size === 0) return size;
    if (size <= this.#block.length) return this.#block.length;
    return Math.max(FIRST_BLOCK_BYTES, 2 ** Math.ceil(Math.log2(size)));
  }

  #reserve(room: number): boolean {
    if (!this.#memory.take(room - this.#held)) return false;
    this.#held = room;
    return true;
  }

  #move(room: number): void {
    const block = Buffer.allocUnsafeSlow(room);
    this.#block.copy(block, 0, 0, this.#size);
    this.#block = block;
  }

  /** Undefined if the system has no address space for it. */
  #share(): SharedBytes | undefined {
    const shared = SharedBytes.upTo(Math.min(this.#announced || this.#limit, this.#memory.limit));
    shared?.push(this.#block.subarray(0, this.#size));
    if (shared !== undefined) this.#block = EMPTY;
    return shared;
  }

  readonly #end = (): void => {
    this.#stop();
    if (this.#file === undefined) this.#finish(undefined, this.#collected());
    else this.#file.end(() => this.#finish(undefined, EMPTY));
  };

  #collected(): Buffer {
    return this.#large?.finish() ?? this.#block.subarray(0, this.#size);
  }

  #fail(error: PenstockError): void {
    this.#stop();
    if (this.#file !== undefined) this.#request.resume(); // it may wait for the disk; the rest is dropped
    this.#finish(error, EMPTY);
  }

  #finish(error: PenstockError | undefined, body: Buffer): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(error, body);
  }

  #stop(): void {
    this.#request.off('data', this.#collect).off('end', this.#end);
  }

  #tooLong(bytes: string): PenstockError {
    return new PenstockError('body_too_large', `The body has ${bytes}; the limit is ${this.#limit} bytes.`);
  }
}
