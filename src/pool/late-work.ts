import type { Socket } from 'node:net';
import type { WorkerPipe } from './worker-pipe.js';

/**
 * Milliseconds in which R has to begin with what waits in its pipe, and after which it is taken back if R has not:
 * what it runs takes longer than it ever did. R goes by the same clock, and the time in between is there for steps of it.
 */
const START_WITHIN = 25;
const TAKE_BACK_AFTER = 50;

/**
 * What R takes unexpectedly long for must not hold up what waits behind it. R leaves out what it comes to after the
 * moment that it was given. So what it has not come to by then, to go by all that it has sent, has not run and never
 * will: it is taken back.
 */
export class LateWork {
  readonly #pipe: WorkerPipe;
  readonly #socket: () => Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param socket the connection that R answers on */
  constructor(pipe: WorkerPipe, socket: () => Socket | undefined) {
    this.#pipe = pipe;
    this.#socket = socket;
  }

  /** Something is about to wait in the pipe; gives the moment until which R may begin with it, in ms. */
  expect(): number {
    this.#timer ??= setTimeout(this.#look, TAKE_BACK_AFTER);
    return Date.now() + START_WITHIN;
  }

  /** There is no worker any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const socket = this.#socket();
    if (!this.#pipe.waits || socket === undefined) return;
    const late = Date.now() - (TAKE_BACK_AFTER - START_WITHIN);
    if (!this.#pipe.isLate(late)) {
      this.#lookAgain();
      return;
    }
    const heard = socket.bytesRead;
    // By then the loop has read what had arrived.
    setImmediate(() => {
      if (socket.bytesRead === heard) for (const unit of this.#pipe.takeBack(late)) unit.returned();
      if (this.#pipe.waits) this.#lookAgain();
    });
  };

  #lookAgain(): void {
    this.#timer ??= setTimeout(this.#look, TAKE_BACK_AFTER - START_WITHIN);
  }
}
