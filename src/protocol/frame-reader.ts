import { FRAME_VERSION, type Frame, HEADER_BYTES } from './frame.js';
import { LARGE_BYTES, SharedBytes } from './shared-bytes.js';

/** The other side does not use this protocol: the connection must be closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const EMPTY = Buffer.alloc(0);

/**
 * Splits a byte stream into frames. The stream may arrive in pieces of any size.
 *
 * A payload over `maxPayload` is skipped: the frame is delivered with an empty payload and its announced length. So a
 * huge answer takes no memory, and the connection can still be used.
 */
export class FrameReader {
  readonly #deliver: (frame: Frame) => void;
  /** The largest payload that is kept, in bytes; may be raised once the other side has authenticated. */
  maxPayload: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** A large frame that is arriving, and the bytes that are still missing. */
  #large: SharedBytes | undefined;
  #lacking = 0;
  /** There was no shared memory for it: its pieces are kept one by one. */
  #tight = false;
  /** Bytes of an oversized payload that are still to be skipped, and the frame to deliver after them. */
  #skip = 0;
  #skipped: Frame | undefined;

  /**
   * @param deliver    called with each complete frame, in order
   * @param maxPayload the largest payload that is kept, in bytes
   */
  constructor(deliver: (frame: Frame) => void, maxPayload: number) {
    this.#deliver = deliver;
    this.maxPayload = maxPayload;
  }

  /** Takes the next bytes. Throws ProtocolError if they can't be a frame. */
  push(chunk: Buffer): void {
    let data = chunk;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, data.length);
      this.#skip -= skipped;
      data = data.subarray(skipped);
      if (this.#skip > 0) return;
      this.#finishSkip();
    }
    if (this.#large !== undefined) {
      data = this.#addToLarge(data);
      if (data.length === 0) return;
    }
    if (this.#pendingBytes > 0) {
      this.#pending.push(data);
      this.#pendingBytes += data.length;
      const wanted = this.#wanted();
      if (this.#pendingBytes < wanted && (wanted < LARGE_BYTES || this.#tight)) return;
      data = Buffer.concat(this.#pending, this.#pendingBytes);
      this.#pending = [];
      this.#pendingBytes = 0;
    }
    this.#cut(data);
  }

  /** Bytes needed before anything can be delivered. Joins the header if it is split across pieces. */
  #wanted(): number {
    if (this.#pendingBytes < HEADER_BYTES) return HEADER_BYTES;
    if (this.#pending[0]!.length < HEADER_BYTES) this.#pending = [Buffer.concat(this.#pending)];
    checkVersion(this.#pending[0]![4]!);
    const length = this.#pending[0]!.readUInt32LE(0);
    return length > this.maxPayload ? HEADER_BYTES : HEADER_BYTES + length;
  }

  #cut(data: Buffer): void {
    let at = 0;
    while (data.length - at >= HEADER_BYTES) {
      const length = data.readUInt32LE(at);
      checkVersion(data[at + 4]!);
      const type = data[at + 5]!;
      const id = data.readUInt32LE(at + 8);
      const time = data.readUInt32LE(at + 12);
      const start = at + HEADER_BYTES;
      if (length > this.maxPayload) {
        const available = Math.min(length, data.length - start);
        this.#skip = length - available;
        this.#skipped = { type, id, payload: EMPTY, length, time };
        at = start + available;
        if (this.#skip > 0) return;
        this.#finishSkip();
        continue;
      }
      if (data.length - start < length) break;
      this.#deliver({ type, id, payload: data.subarray(start, start + length), length, time });
      at = start + length;
    }
    if (at < data.length) this.#keep(data.subarray(at));
  }

  /** Keeps the beginning of a frame. */
  #keep(data: Buffer): void {
    const bytes = data.length < HEADER_BYTES ? 0 : HEADER_BYTES + data.readUInt32LE(0);
    this.#large = bytes < LARGE_BYTES ? undefined : SharedBytes.upTo(bytes);
    if (this.#large === undefined) {
      this.#tight = bytes >= LARGE_BYTES;
      this.#pending = [data];
      this.#pendingBytes = data.length;
      return;
    }
    this.#large.push(data);
    this.#lacking = bytes - data.length;
  }

  /** Returns the bytes of the next frames. */
  #addToLarge(data: Buffer): Buffer {
    const large = this.#large!;
    const part = data.subarray(0, this.#lacking);
    large.push(part);
    this.#lacking -= part.length;
    if (this.#lacking > 0) return EMPTY;
    this.#large = undefined;
    this.#cut(large.finish());
    return data.subarray(part.length);
  }

  #finishSkip(): void {
    const frame = this.#skipped;
    this.#skipped = undefined;
    if (frame !== undefined) this.#deliver(frame);
  }
}

function checkVersion(version: number): void {
  if (version === FRAME_VERSION) return;
  throw new ProtocolError(`expected frame version ${FRAME_VERSION}, got ${version}`);
}
