import type { Socket } from 'node:net';
import type { FrameType } from '../protocol/frame.js';
import { type OutgoingFrame, WorkerOutbox } from './worker-outbox.js';

/** How long to wait for a dead worker's last bytes, in ms. A child of it may keep the connection open. */
const LAST_BYTES_TIMEOUT_MS = 1000;

/** The connection that a worker has opened to the gateway. */
export class WorkerLink {
  readonly socket: Socket;
  readonly #outbox: WorkerOutbox;
  #reset = false;

  /** @param closed called when the connection is closed */
  constructor(socket: Socket, closed: () => void) {
    this.socket = socket;
    this.#outbox = new WorkerOutbox(socket);
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      this.#reset = code === 'ECONNRESET';
    });
    socket.once('close', closed);
  }

  /** Whether the connection was reset. That happens if the process ends before it has read everything sent to it. */
  get wasReset(): boolean {
    return this.#reset;
  }

  /** See `WorkerOutbox.add`. */
  send(frame: OutgoingFrame, waiting: boolean): void {
    this.#outbox.add(frame, waiting);
  }

  /** Sends a frame without a payload at once. */
  command(type: FrameType, id = 0): void {
    this.#outbox.add({ type, id, payload: [], startBy: 0 }, true);
  }

  /** Waits for the data that the process had written before it ended. It may contain an answer. */
  afterLastBytes(done: () => void): void {
    const { socket } = this;
    if (socket.closed) {
      done();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), LAST_BYTES_TIMEOUT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      done();
    });
  }
}
