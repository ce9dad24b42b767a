import type { Socket } from 'node:net';
import { encodeHeader, type FrameType } from '../protocol/frame.js';

/** Bytes up to which frames are joined for one write: copying them costs less than handing them over in pieces. */
const MOST_JOINED = 2 ** 16;

/**
 * Frames on their way to a worker. Each write is a system call and may wake R, so what is given in one turn of the
 * gateway's loop goes out at once.
 */
export class WorkerOutbox {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #planned = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * @param waiting R waits for it: it goes out at once, else at the end of the loop's turn
   * @param startBy wall clock in ms as frames have it, 0 for none
   */
  add(
    frame: { type: FrameType; id: number; payload: readonly Buffer[]; startBy: number },
    waiting: boolean,
  ): void {
    const { id, payload, startBy, type } = frame;
    let bytes = 0;
    for (const piece of payload) bytes += piece.length;
    this.#pieces.push(encodeHeader(type, id, bytes, startBy), ...payload);
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
    if (pieces.length === 0) return; // something was needed at once meanwhile
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#socket.destroyed) return; // the worker is dying: its `dead` will say so
    if (bytes <= MOST_JOINED) {
      this.#socket.write(Buffer.concat(pieces));
      return;
    }
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  };
}
