import type { Socket } from 'node:net';
import { encodeHeader, type FrameType, TELL_BEGUN } from '../protocol/frame.js';

/** Frames up to this size are joined for one write: copying costs less than several writes. */
const MAX_JOINED_BYTES = 2 ** 16;

export interface OutgoingFrame {
  readonly type: FrameType;
  readonly id: number;
  readonly payload: readonly Buffer[];
  /** A `frameTime`, or 0 for none. */
  readonly startBy: number;
  /** Whether R reports that it begins. */
  readonly tellBegun?: boolean;
}

/**
 * Frames to be sent to a worker. Each write is a system call and may wake R, so frames that are added in one turn of
 * the event loop go out in one write.
 */
export class WorkerOutbox {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #planned = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param waiting whether R waits for the frame: then it is sent now, else at the end of this turn of the event loop */
  add(frame: OutgoingFrame, waiting: boolean): void {
    const { id, payload, startBy, tellBegun = false, type } = frame;
    let bytes = 0;
    for (const piece of payload) bytes += piece.length;
    this.#pieces.push(encodeHeader(type, id, bytes, startBy, tellBegun ? TELL_BEGUN : 0), ...payload);
    this.#bytes += bytes;
    if (waiting) {
      this.#flush();
    } else if (!this.#planned) {
      this.#planned = true;
      setImmediate(this.#flush);
    }
  }

  readonly #flush = (): void => {
    const pieces = this.#pieces;
    this.#planned = false;
    if (pieces.length === 0) return; // an urgent frame has flushed them already
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#socket.destroyed) return; // the worker is ending; its `dead` callback reports that
    if (bytes <= MAX_JOINED_BYTES) {
      this.#socket.write(Buffer.concat(pieces));
      return;
    }
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  };
}
