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
  #planned: 'soon' | 'later' | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * @param soon R waits for it: it goes out when the current callback is done, else at the end of the loop's turn
   * @param startBy wall clock in ms as frames have it, 0 for none
   */
  add(
    frame: { type: FrameType; id: number; payload: readonly Buffer[]; bytes: number; startBy: number },
    soon: boolean,
  ): void {
    const { bytes, id, payload, startBy, type } = frame;
    this.#pieces.push(encodeHeader(type, id, bytes, startBy), ...payload);
    this.#bytes += bytes;
    if (soon && this.#planned !== 'soon') {
      this.#planned = 'soon';
      process.nextTick(this.#flush);
    } else if (this.#planned === undefined) {
      this.#planned = 'later';
      setImmediate(this.#flush);
    }
  }

  readonly #flush = (): void => {
    const pieces = this.#pieces;
    if (pieces.length === 0) return; // planned for later, and something was needed soon
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    this.#planned = undefined;
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
